"""camunda-orchestration-sdk: a REST client and worker, used as its documentation shows."""

import asyncio
import os
import unittest
import uuid

from camunda_orchestration_sdk import (
    CamundaAsyncClient,
    ConnectedJobContext,
    JobError,
    JobFailure,
    MessagePublicationRequest,
    MessagePublicationRequestVariables,
    ProcessCreationById,
    WorkerConfig,
)
from camunda_orchestration_sdk.models import (
    IncidentSearchQuery,
    IncidentSearchQueryFilter,
    JobUpdateRequest,
    ProcessInstanceCreationInstructionByIdVariables,
    ProcessInstanceSearchQuery,
    ProcessInstanceSearchQueryFilter,
    UserTaskCompletionRequest,
    UserTaskSearchQuery,
    UserTaskSearchQueryFilter,
)

MODELS = os.environ["SEGUE_MODELS"]


def by_id(process, await_completion=False, **variables):
    return ProcessCreationById(
        process_definition_id=process,
        variables=ProcessInstanceCreationInstructionByIdVariables.from_dict(variables),
        await_completion=await_completion,
        request_timeout=15_000,
    )


class Orchestration(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        configuration = {"CAMUNDA_REST_ADDRESS": os.environ["SEGUE_HTTP"]}
        self.client = CamundaAsyncClient(configuration=configuration)
        models = [f"{MODELS}/{model}.bpmn" for model in ("payment", "delivery", "double")]
        self.deployment = await self.client.deploy_resources_from_files(models)
        self.kind = f"charge-{uuid.uuid4()}"

    async def asyncTearDown(self):
        await self.client.aclose()

    async def work(self, handler, then):
        config = WorkerConfig(job_type=self.kind, job_timeout_milliseconds=30_000)
        self.client.create_job_worker(config=config, callback=handler)
        working = asyncio.create_task(self.client.run_workers())
        try:
            return await asyncio.wait_for(then, 20)
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)

    async def result(self, **variables):
        creation = by_id("payment", await_completion=True, kind=self.kind, **variables)
        ended = await self.client.create_process_instance(data=creation)
        return ended.variables.to_dict()

    async def test_files_are_deployed(self):
        deployed = {process.process_definition_id for process in self.deployment.processes}
        self.assertEqual(deployed, {"payment", "delivery", "double"})
        topology = await self.client.get_topology()
        self.assertEqual(topology.cluster_size, 1)

    async def test_a_worker_polls(self):
        async def charge(job: ConnectedJobContext) -> dict[str, object]:
            return {"receipt": job.variables.to_dict()["amount"] * 2}

        variables = await self.work(charge, self.result(amount=21))
        self.assertEqual(variables["receipt"], 42)

    async def test_a_failed_job_is_tried_again(self):
        tries = []

        async def charge(job: ConnectedJobContext) -> dict[str, object]:
            tries.append(job.retries)
            if len(tries) < 2:
                raise JobFailure(message="no connection to the bank", retries=1)
            return {"receipt": 1}

        variables = await self.work(charge, self.result())
        self.assertEqual((variables["receipt"], tries), (1, [2, 1]))

    async def test_a_bpmn_error_is_caught(self):
        async def charge(job: ConnectedJobContext) -> dict[str, object]:
            raise JobError(error_code="CARD_REFUSED", message="the card was refused")

        self.assertNotIn("receipt", await self.work(charge, self.result()))

    async def test_an_incident_is_resolved(self):
        broken = True

        async def charge(job: ConnectedJobContext) -> dict[str, object]:
            if broken:
                raise JobFailure(message="no money", retries=0)
            return {"receipt": 7}

        async def repair():
            nonlocal broken
            creation = by_id("payment", kind=self.kind)
            started = await self.client.create_process_instance(data=creation)
            key = started.process_instance_key
            found = None
            while not found:
                query = IncidentSearchQuery(
                    filter_=IncidentSearchQueryFilter(process_instance_key=key)
                )
                found = (await self.client.search_incidents(data=query)).items
                await asyncio.sleep(0.05)
            self.assertEqual(found[0].error_message, "no money")
            broken = False
            changes = JobUpdateRequest.from_dict({"changeset": {"retries": 1}})
            await self.client.update_job(job_key=found[0].job_key, data=changes)
            await self.client.resolve_incident(incident_key=found[0].incident_key)
            return await self.ended(key)

        self.assertEqual(str(await self.work(charge, repair())), "COMPLETED")

    async def ended(self, key):
        """The state of an instance when it runs no more."""
        while True:
            query = ProcessInstanceSearchQuery(
                filter_=ProcessInstanceSearchQueryFilter(process_instance_key=key)
            )
            [instance] = (await self.client.search_process_instances(data=query)).items
            if str(instance.state) != "ACTIVE":
                return getattr(instance.state, "value", instance.state)
            await asyncio.sleep(0.05)

    async def test_a_message_and_a_user_task(self):
        order = str(uuid.uuid4())
        variables = MessagePublicationRequestVariables.from_dict({"boxes": 2})
        await self.client.publish_message(
            data=MessagePublicationRequest(
                name="delivered",
                correlation_key=order,
                time_to_live=60_000,
                variables=variables,
            )
        )
        creation = by_id("delivery", orderId=order)
        started = await self.client.create_process_instance(data=creation)
        key = started.process_instance_key
        query = UserTaskSearchQuery(filter_=UserTaskSearchQueryFilter(process_instance_key=key))
        # What was acknowledged is found: no waiting until it is consistent.
        [task] = (await self.client.search_user_tasks(data=query)).items
        await self.client.complete_user_task(
            user_task_key=task.user_task_key,
            data=UserTaskCompletionRequest.from_dict({"variables": {"fine": True}}),
        )
        self.assertEqual(await self.ended(key), "COMPLETED")

    async def test_a_result_is_awaited(self):
        creation = by_id("double", await_completion=True, n=21)
        ended = await self.client.create_process_instance(data=creation)
        self.assertEqual(ended.variables.to_dict(), {"n": 21, "twice": 42})


if __name__ == "__main__":
    unittest.main()
