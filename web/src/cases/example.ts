// What a new case type begins with.

export const example = `kind: case-type
id: late-shipment
name: Late shipment
stages: [recover, verify]
priority: P2                 # P1 to P4
sla:
  goal: PT2H                 # should be resolved by then
  deadline: PT4H             # must be
outcome:                     # how it is known that a case is solved; all must pass
  - id: delivered
    name: The shipment was delivered
    event:
      type: com.example.delivered
      subject: data.shipment
    within: P1D
  - id: reviewed
    name: Somebody else looked at it
    attest: other            # not who resolved it; or anyone
    within: P2D
reopenings: 2                # then a failed check closes it as failed
watch: P7D                   # a recurrence within that time counts against the closing
`;
