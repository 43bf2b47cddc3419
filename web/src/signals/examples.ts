// What a new rule begins with: one of each kind.

export type Example = 'threshold' | 'absence' | 'rate';

export const exampleNames: Record<Example, string> = {
  threshold: 'a threshold',
  absence: 'an absence',
  rate: 'a rate',
};

export const examples: Record<Example, string> = {
  threshold: `kind: detection-rule
id: too-warm
name: Shipment too warm
state: shadow                # shadow tries it out and raises nothing; enabled; disabled
on:
  type: com.example.temperature
subject: data.shipment       # each subject is watched on its own
detect:
  threshold:
    when: data.celsius > 8
    for: PT10M
    recover: data.celsius < 7
alert:
  title: ="Shipment " + subject + " is too warm"
  severity: high             # low, medium, high, critical
`,
  absence: `kind: detection-rule
id: no-scan
name: No scan after pickup
state: shadow                # shadow tries it out and raises nothing; enabled; disabled
on:
  type: [com.example.picked-up, com.example.scanned]
subject: data.shipment       # each subject is watched on its own
detect:
  absence:
    after: type = "com.example.picked-up"
    expect: type = "com.example.scanned"
    within: PT4H
alert:
  title: ="No scan of shipment " + subject
  severity: medium           # low, medium, high, critical
`,
  rate: `kind: detection-rule
id: many-refusals
name: Many refused payments
state: shadow                # shadow tries it out and raises nothing; enabled; disabled
on:
  type: com.example.payment
  when: data.refused = true
subject: data.shop           # each subject is watched on its own
detect:
  rate:
    count: 5
    within: PT1M
alert:
  title: ="Many refused payments in " + subject
  severity: high             # low, medium, high, critical
`,
};
