"""Who is at the keyboard: the user of the operating system, as the system itself tells it.

What must stay true: never from an environment variable, which anybody can set; in PostgreSQL it is the login, and the database checks it.
Roles are entries of the journal, not rows of the policy: who may decide is itself a decision, with a day and a person behind it.
"""

from __future__ import annotations

import os
import sys

from creditlib.errors import StoreError


def system_user() -> str:
    """Return the name of the operating system's user who runs this program.

    Raises: StoreError where the system can't tell.

    >>> bool(system_user())
    True
    """
    try:
        if sys.platform == "win32":
            import ctypes

            size = ctypes.c_ulong(257)
            buffer = ctypes.create_unicode_buffer(size.value)
            name = buffer.value if ctypes.windll.advapi32.GetUserNameW(buffer, ctypes.byref(size)) else ""
        else:
            import pwd

            name = pwd.getpwuid(os.geteuid()).pw_name
    except (KeyError, OSError):
        name = ""
    if name:
        return name
    raise StoreError(
        "The operating system does not tell who you are, so nothing can be recorded. Run under a user with a name. [no-identity]",
        "操作系统未给出当前用户，无法写入记录。请使用有名称的用户运行。[no-identity]",
    )
