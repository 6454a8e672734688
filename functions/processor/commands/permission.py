"""Who may do what to a chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.jobs import Job
    from shared.ports import JobRecord, Messenger


async def is_admin(messenger: Messenger, job: Job) -> bool:
    """Whether who asks has a say in the chat: in private always, elsewhere as an administrator.

    Who writes in the chat's own name is an anonymous administrator, or the channel itself.
    """
    chat_id = job.address.chat_id
    if job.address.private or job.user == f"c{chat_id}":
        return True
    person = user_id(job)
    return person is not None and await messenger.is_admin(chat_id, person)


def user_id(job: Job) -> int | None:
    """The person who asks, which is the number of his private chat too; None for a chat."""
    return int(job.user[1:]) if job.user.startswith("u") else None


def within_reach(job: Job, record: JobRecord | None) -> JobRecord | None:
    """``record`` where the asker may use it here.

    A button belongs to its chat: whoever reads an answer may use its buttons. In private everyone
    may also use what he asked for elsewhere.
    """
    if record is None:
        return None
    here = record.job.address.chat_id == job.address.chat_id
    own = job.address.private and record.job.user == job.user
    return record if here or own else None
