"""Maildir++ folders in a directory, one per user.

The files belong to users, who may be hostile: nothing here follows a symbolic link inside a user's folder, opens what
is no regular file, or believes a name. The mail server goes on working meanwhile: files that vanish are no error.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext_noop

from mailstats.stores.base import Mailbox, MailFlag, Message, OpenMailbox, StoreError, Usage
from mailstats.stores.headers import Envelope, clean, read_envelope
from mailstats.stores.names import is_folder_directory, is_folder_name
from mailstats.stores.packed import unpacked

SCAN_SECONDS = 5.0
_LOOK_AT_THE_CLOCK = 500  # after so many files
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_MESSAGE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_GONE = (errno.ENOENT, errno.ELOOP, errno.ENXIO)  # removed, now a symbolic link, now a socket or a FIFO
_SIZE_DIGITS = 15  # a petabyte
_FLAGS = {
    "R": MailFlag.ANSWERED,
    "T": MailFlag.DELETED,
    "D": MailFlag.DRAFT,
    "F": MailFlag.FLAGGED,
    "S": MailFlag.SEEN,
}
_UNREADABLE = gettext_noop("The user's mailbox cannot be read.")


@dataclass(frozen=True, slots=True)
class _Directory:
    """An open directory; its path is for the log alone."""

    descriptor: int
    path: str


@dataclass(slots=True)
class _File:
    """A message's file in the directory that it was seen in; its number is the file system's."""

    name: str
    directory: _Directory
    is_new: bool
    size: int
    number: int

    @property
    def seen(self) -> bool:
        return "S" in self.letters

    @property
    def letters(self) -> str:
        """The flags, of a message that nobody has listed yet too: some programs move messages as they are."""
        unique, _, info = self.name.rpartition(":")
        return info[2:].partition(",")[0] if unique and info.startswith("2,") else ""


class MaildirStore:
    """`root` holds one Maildir++ folder per user, named by the uidname in lower case."""

    def __init__(self, root: str) -> None:
        self.root = root

    @contextmanager
    def open(self, mailbox: Mailbox) -> Iterator[OpenMailbox]:
        """A user without a folder has an empty mailbox; a root or a folder that cannot be read is a StoreError."""
        with ExitStack() as opened:
            try:
                root = _open_directory(self.root, None, opened, follow=True)
            except (FileNotFoundError, StoreError) as error:
                cause = error.cause if isinstance(error, StoreError) else f"{self.root!r} does not exist"
                raise StoreError(gettext_noop("The mail store cannot be read."), cause=cause, whole=True) from error
            home = None
            if is_folder_name(mailbox.name):
                with suppress(FileNotFoundError):
                    home = _open_directory(mailbox.name, root, opened, follow=True)
            yield _OpenMaildir(home, opened)


class _OpenMaildir:
    def __init__(self, home: _Directory | None, opened: ExitStack) -> None:
        self._home = home
        self._opened = opened
        self._deadline = time.monotonic() + SCAN_SECONDS

    def unread(self) -> int:
        return _unseen(self._inbox)

    def new_since(self, moment: float | None) -> int:
        if moment is None:
            return len(self._inbox)
        return sum(int(received) > int(moment) for received, _ in self._received)

    def unread_everywhere(self) -> int:
        return _unseen(self._inbox) + self._elsewhere[0]

    def usage(self) -> Usage:
        _, size, messages = self._elsewhere
        return Usage(bytes=size + sum(file.size for file in self._inbox), messages=messages + len(self._inbox))

    def recent(self, limit: int) -> list[Message]:
        newest = sorted(self._received, key=lambda found: (found[0], found[1].name), reverse=True)
        messages: list[Message] = []
        for received, file in newest:
            if len(messages) >= limit:
                break
            self._in_time()
            if (header := _read_header(file)) is not None:
                messages.append(_message(file, int(received), header))
        return messages

    @cached_property
    def _inbox(self) -> list[_File]:
        return [] if self._home is None else self._scan(self._home, self._opened)

    @cached_property
    def _received(self) -> list[tuple[float, _File]]:
        """When each message of INBOX arrived: the time of its file. One that has vanished by now is left out."""
        found = []
        for file in self._inbox:
            self._in_time()
            try:
                status = os.stat(file.name, dir_fd=file.directory.descriptor, follow_symlinks=False)
            except FileNotFoundError:
                continue
            except OSError as error:
                raise _unreadable(file.directory, file.name, error) from error
            found.append((status.st_mtime, file))
        return found

    @cached_property
    def _elsewhere(self) -> tuple[int, int, int]:
        """Unseen messages, bytes and messages in all folders but INBOX."""
        unseen = size = messages = 0
        for name in self._folder_names():
            with ExitStack() as opened, suppress(FileNotFoundError):
                files = self._scan(_open_directory(name, self._home, opened), opened)
                unseen += _unseen(files)
                size += sum(file.size for file in files)
                messages += len(files)
        return unseen, size, messages

    def _folder_names(self) -> list[str]:
        """Maildir++ keeps folders side by side, `.Work.Plans`; what Dovecot cannot open under its name is none."""
        return [
            entry.name
            for entry in (_entries(self._home) if self._home else ())
            if is_folder_directory(entry.name) and entry.is_dir(follow_symlinks=False)
        ]

    def _scan(self, folder: _Directory, opened: ExitStack) -> list[_File]:
        """A folder's messages. `new` comes first: a message that moves to `cur` meanwhile is seen twice, never missed,
        and counts once, by the part of its name that stays. Two files of one such name in `cur` are two messages, but
        not where they are one file that got other flags meanwhile.
        """
        new = {_unique(file.name): file for file in self._part("new", folder, opened)}
        current: dict[str, _File] = {}
        for file in self._part("cur", folder, opened):
            unique = _unique(file.name)
            new.pop(unique, None)
            other = current.get(unique)
            current[unique if other is None or other.number == file.number else f"{unique}:{file.number}"] = file
        return [*new.values(), *current.values()]

    def _part(self, name: str, folder: _Directory, opened: ExitStack) -> Iterator[_File]:
        with suppress(FileNotFoundError):
            directory = _open_directory(name, folder, opened)
            for number, found in enumerate(_files(directory, is_new=name == "new")):
                if not number % _LOOK_AT_THE_CLOCK:
                    self._in_time()
                yield found
        self._in_time()

    def _in_time(self) -> None:
        if time.monotonic() > self._deadline:
            raise StoreError(
                gettext_noop("The mailbox takes too long to read."), cause=f"no end after {SCAN_SECONDS} s"
            )


def _entries(directory: _Directory) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(directory.descriptor) as entries:
            yield from entries
    except OSError as error:
        raise _unreadable(directory, "", error) from error


def _files(directory: _Directory, *, is_new: bool) -> Iterator[_File]:
    for entry in _entries(directory):
        name = entry.name
        if name.startswith(".") or not entry.is_file(follow_symlinks=False):
            continue
        with suppress(FileNotFoundError):
            size = _size_in(name)
            if size is None:
                size = entry.stat(follow_symlinks=False).st_size
            yield _File(name, directory, is_new, size, entry.inode())


def _size_in(name: str) -> int | None:
    """The size that the name tells, the first one if there are more; Dovecot's is that of the message in plain."""
    digits = _unique(name).partition(",S=")[2].partition(",")[0]
    return int(digits) if len(digits) <= _SIZE_DIGITS and digits.isascii() and digits.isdecimal() else None


def _unique(name: str) -> str:
    return name.partition(":")[0]


def _unseen(files: list[_File]) -> int:
    return sum(not file.seen for file in files)


def _open_directory(name: str, parent: _Directory | None, opened: ExitStack, *, follow: bool = False) -> _Directory:
    """Opens a directory until `opened` ends. Raises FileNotFoundError where there is none, else StoreError."""
    where = parent or _Directory(-1, "")
    try:
        descriptor = os.open(
            name, _DIRECTORY | (0 if follow else os.O_NOFOLLOW), dir_fd=parent.descriptor if parent else None
        )
    except FileNotFoundError:
        raise
    except OSError as error:
        raise _unreadable(where, name, error) from error
    opened.callback(os.close, descriptor)
    return _Directory(descriptor, f"{where.path}/{name}" if parent else name)


def _unreadable(directory: _Directory, name: str, error: OSError) -> StoreError:
    return StoreError(_UNREADABLE, cause=f"{directory.path!r} {name!r}: {error.strerror}")


def _read_header(file: _File) -> Envelope | None:
    """The message's header; None for a file that is gone, or has become something that is no message."""
    try:
        descriptor = os.open(file.name, _MESSAGE, dir_fd=file.directory.descriptor)
        with os.fdopen(descriptor, "rb") as stream:
            return read_envelope(unpacked(stream)) if stat.S_ISREG(os.fstat(descriptor).st_mode) else None
    except OSError as error:
        if error.errno in _GONE:
            return None
        raise _unreadable(file.directory, file.name, error) from error


def _message(file: _File, received: int, header: Envelope) -> Message:
    flags = MailFlag.RECENT if file.is_new else MailFlag(0)
    for letter in file.letters:
        flags |= _FLAGS.get(letter, MailFlag(0))
    return Message(
        id=clean(_unique(file.name).partition(",")[0], 255),
        folder_id="INBOX",
        subject=header.subject,
        sender=header.sender,
        to=header.to,
        size=file.size,
        received_ms=received * 1000,
        sent_ms=header.sent_ms,
        flags=int(flags),
    )
