"""pyzeebe: a gRPC client and worker, used as its documentation shows."""

import asyncio
import os
import unittest
import uuid

from pyzeebe import Job, ZeebeClient, ZeebeWorker, create_insecure_channel
from pyzeebe.errors import (
    BusinessError,
    MessageAlreadyExistsError,
    ProcessDefinitionNotFoundError,
    ProcessInstanceNotFoundError,
    ProcessTimeoutError,
)

GRPC = os.environ["SEGUE_GRPC"]
MODELS = os.environ["SEGUE_MODELS"]


class Pyzeebe(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.channel = create_insecure_channel(grpc_address=GRPC)
        self.client = ZeebeClient(self.channel)
        for model in ("payment", "delivery", "double", "alarm"):
            await self.client.deploy_resource(f"{MODELS}/{model}.bpmn")
        # Every test has a job type of its own.
        self.kind = f"charge-{uuid.uuid4()}"

    async def asyncTearDown(self):
        await self.channel.close()

    async def work(self, task, then, **options):
        """Runs a worker with one task until something is done."""
        channel = create_insecure_channel(grpc_address=GRPC)
        worker = ZeebeWorker(channel, **options)
        worker.task(task_type=self.kind, timeout_ms=30_000)(task)
        working = asyncio.create_task(worker.work())
        try:
            return await asyncio.wait_for(then, 20)
        finally:
            await worker.stop()
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            await channel.close()

    async def result(self, **variables):
        response = await self.client.run_process_with_result(
            "payment", {"kind": self.kind, **variables}, timeout=15_000
        )
        return response.variables

    async def test_health_and_topology(self):
        health = await self.client.healthcheck()
        self.assertEqual(health.status, 1)  # SERVING
        topology = await self.client.topology()
        self.assertEqual(topology.cluster_size, 1)
        self.assertTrue(topology.gateway_version.startswith("8."))

    async def test_a_worker_polls(self):
        async def charge(job: Job, amount: int) -> dict:
            return {"receipt": amount * 2, "currency": job.custom_headers["currency"]}

        variables = await self.work(charge, self.result(amount=21))
        self.assertEqual((variables["receipt"], variables["currency"]), (42, "EUR"))

    async def test_a_worker_streams(self):
        async def charge(amount: int) -> dict:
            return {"receipt": amount}

        async def orders():
            return [(await self.result(amount=n))["receipt"] for n in range(5)]

        self.assertEqual(await self.work(charge, orders(), stream_enabled=True), [0, 1, 2, 3, 4])

    async def test_a_failed_job_is_tried_again(self):
        tries = []

        async def charge(job: Job) -> dict:
            tries.append(job.retries)
            if len(tries) < 2:
                raise RuntimeError("no connection to the bank")
            return {"receipt": 1}

        variables = await self.work(charge, self.result())
        self.assertEqual((variables["receipt"], tries), (1, [2, 1]))

    async def test_a_bpmn_error_is_caught(self):
        async def charge() -> dict:
            raise BusinessError("CARD_REFUSED", "the card was refused")

        variables = await self.work(charge, self.result())
        self.assertNotIn("receipt", variables)

    async def test_a_result_is_awaited(self):
        response = await self.client.run_process_with_result(
            "double", {"n": 21}, variables_to_fetch=["twice"], timeout=10_000
        )
        self.assertEqual(response.variables, {"twice": 42})

    async def test_a_result_that_does_not_come(self):
        with self.assertRaises(ProcessTimeoutError):
            await self.client.run_process_with_result("payment", {"kind": self.kind}, timeout=1)

    async def test_a_message_waits_and_is_taken_once(self):
        order = str(uuid.uuid4())
        message = {
            "name": "delivered",
            "correlation_key": order,
            "variables": {"boxes": 2},
            "time_to_live_in_milliseconds": 60_000,
            "message_id": order,
        }
        await self.client.publish_message(**message)
        with self.assertRaises(MessageAlreadyExistsError):
            await self.client.publish_message(**message)
        started = await self.client.run_process("delivery", {"orderId": order})
        self.assertGreater(started.process_instance_key, 0)
        await self.client.cancel_process_instance(started.process_instance_key)

    async def test_a_signal_reaches_who_waits(self):
        waiting = asyncio.create_task(
            self.client.run_process_with_result("alarm", {}, timeout=15_000)
        )
        # It goes to those who wait when it comes: again, until the instance does.
        while not waiting.done():
            await self.client.broadcast_signal("smoke", variables={"floor": 3})
            await asyncio.sleep(0.05)
        self.assertEqual((await waiting).variables, {"floor": 3})

    async def test_what_is_not_there(self):
        with self.assertRaises(ProcessDefinitionNotFoundError):
            await self.client.run_process("nothing-of-this-name")
        with self.assertRaises(ProcessInstanceNotFoundError):
            await self.client.cancel_process_instance(1)


if __name__ == "__main__":
    unittest.main()
