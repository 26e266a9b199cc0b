"""The one kernel the panels run in: the Python that runs the command, which has creditlib.

What must stay true: a kernel of the same name that another Python left in a person's folders is never taken; what a kernel and its
server say to each other is encrypted where the system can.
"""

from __future__ import annotations

from jupyter_client.kernelspec import KernelSpecManager


class OwnKernel(KernelSpecManager):  # type: ignore[misc, unused-ignore]
    """Knows the running Python and no other."""

    def _kernel_dirs_default(self) -> list[str]:
        return []


def encryption() -> str:
    """Return whether kernels are to be spoken to in cipher: auto, or disabled where the system lacks it."""
    import zmq

    return "auto" if zmq.has("curve") else "disabled"
