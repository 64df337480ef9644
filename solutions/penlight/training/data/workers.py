"""Worker processes: batches are fetched ahead, and come back in order."""

import queue
import random
import traceback
from dataclasses import dataclass

from penlight.tensors.random import manual_seed


@dataclass
class WorkerInfo:
    """Which worker this process is: `id` of `num_workers`, its `seed` and copy of the dataset."""

    id: int
    num_workers: int
    seed: int
    dataset: object


@dataclass
class _Failure:
    """What went wrong in a worker, in a form that survives the trip."""

    kind: type
    text: str

    def reraise(self):
        message = f"Caught {self.kind.__name__} in DataLoader worker process.\nOriginal {self.text}"
        try:
            error = self.kind(message)
        except TypeError:
            error = RuntimeError(message)
        raise error


_info: WorkerInfo | None = None


def get_worker_info() -> WorkerInfo | None:
    """In a worker process, its `WorkerInfo`; in the main process None."""
    return _info


def _work(info, fetch, init, tasks, results):
    global _info
    _info = info
    manual_seed(info.seed)
    random.seed(info.seed)
    try:
        if init is not None:
            init(info.id)
        get = fetch(info.dataset)
    except Exception as error:
        results.put((None, _Failure(type(error), traceback.format_exc())))
        return
    while (task := tasks.get()) is not None:
        number, indices = task
        try:
            results.put((number, get(indices)))
        except StopIteration:
            results.put((number, StopIteration))
        except Exception as error:
            results.put((number, _Failure(type(error), traceback.format_exc())))


class Workers:
    """Processes that fetch batches for one pass over a loader.

    Batch `n` goes to worker `n mod num_workers`; `ahead` batches a worker are asked for at a time.
    """

    def __init__(self, loader, fetch, base_seed):
        import multiprocessing  # only here: most loaders have no workers

        context = loader.multiprocessing_context or multiprocessing.get_context()
        if isinstance(context, str):
            context = multiprocessing.get_context(context)
        self.timeout = loader.timeout or None
        self.results = context.Queue()
        self.tasks, self.processes = [], []
        for number in range(loader.num_workers):
            tasks = context.Queue()
            info = WorkerInfo(number, loader.num_workers, base_seed + number, loader.dataset)
            process = context.Process(
                target=_work,
                args=(info, fetch, loader.worker_init_fn, tasks, self.results),
                daemon=True,
            )
            process.start()
            self.tasks.append(tasks)
            self.processes.append(process)

    def run(self, batches, ahead: int):
        """Yield the batch for each of `batches` (lists of indices), in their order."""
        batches, sent, received = enumerate(batches), 0, 0
        arrived, finished = {}, set()
        count = len(self.processes)

        def send():
            nonlocal sent
            for number, indices in batches:
                sent = number + 1
                if number % count in finished:
                    arrived[number] = StopIteration
                    continue
                self.tasks[number % count].put((number, indices))
                return

        for _ in range(ahead * count):
            send()
        while received < sent:
            while received not in arrived:
                number, data = self._get()
                if data is StopIteration:
                    finished.add(number % count)
                arrived[number] = data
            data = arrived.pop(received)
            received += 1
            if len(finished) < count:
                send()
            if isinstance(data, _Failure):
                data.reraise()
            if data is not StopIteration:
                yield data

    def _get(self):
        waited = 0.0
        while True:
            try:
                number, data = self.results.get(timeout=1.0)
            except queue.Empty:
                waited += 1.0
                dead = [p.pid for p in self.processes if not p.is_alive()]
                if dead:
                    raise RuntimeError(
                        f"DataLoader worker (pid(s) {', '.join(map(str, dead))}) exited "
                        "unexpectedly"
                    ) from None
                if self.timeout and waited >= self.timeout:
                    raise RuntimeError(
                        f"DataLoader timed out after {self.timeout} seconds"
                    ) from None
                continue
            if number is None:
                data.reraise()
            return number, data

    def stop(self):
        """End the processes; nothing of them stays behind."""
        for tasks in self.tasks:
            tasks.put(None)
        for process in self.processes:
            process.join(timeout=2)
            if process.is_alive():
                process.terminate()
                process.join()
        for each in (*self.tasks, self.results):
            each.cancel_join_thread()
            each.close()
