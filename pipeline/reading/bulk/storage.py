"""Files and folders wherever fsspec reaches: on this machine, in a bucket, on a server. Knows nothing of pages.

What is on this machine is named by its absolute path, all else by its URL, so that another machine finds it too.
"""

import posixpath
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.errors import ConfigError, InputError
from models.files import open_regular, replacing
from pipeline.imaging.decode import ZIP
from pipeline.imaging.documents import MAX_DOCUMENT_BYTES, PAGE_SUFFIXES
from pipeline.reading.batch import closed_archives, find_pictures

_AT_ONCE = 32
"""Small files that are asked for at once: an answer over a network takes long, and costs nothing."""


def is_url(text: str) -> bool:
    """Whether something that a person typed is a URL and not a path."""
    return "://" in text


def _reach(name: str) -> tuple[Any, str]:
    """The fsspec file system of a path or URL, and what it calls it.

    Raises:
        ConfigError: there is no such kind of URL, or its package isn't installed.
    """
    from fsspec.core import url_to_fs

    kind = name.partition("://")[0]
    try:
        system, path = url_to_fs(name)
    except ImportError as error:
        raise ConfigError(f"{name}: {kind}:// needs a package that isn't installed here: {error}.") from None
    except ValueError:
        raise ConfigError(f"{name}: {kind}:// is no kind of place that fsspec knows.") from None
    return system, path


def local_path(name: str) -> Path | None:
    """The absolute path of what is on this machine; None for all else."""
    if not is_url(name):
        return Path(name).absolute()
    return Path(name.removeprefix("file://")).absolute() if name.startswith("file://") else None


@dataclass(frozen=True)
class Found:
    """What a search found.

    Attributes:
        files: pictures and documents, each once, by name.
        closed: archives in folders, which are not opened.
    """

    files: list[str]
    closed: int


def find_files(sources: Iterable[str]) -> Found:
    """The files meant: as they are, and those of folders and the folders in them; archives only by name.

    Raises:
        ConfigError: a place can't be reached, or there is nothing.
    """
    files: dict[str, None] = {}
    closed = 0
    for source in dict.fromkeys(sources):
        path = local_path(source)
        if path is not None:
            files |= dict.fromkeys(map(str, find_pictures([path])))
            closed += closed_archives([path])
            continue
        names = _names_in(source)
        files |= dict.fromkeys(name for name in names if name == source or _ends(name, PAGE_SUFFIXES))
        closed += sum(name != source and _ends(name, ZIP.suffixes) for name in names)
    return Found(list(files), closed)


def _names_in(source: str) -> list[str]:
    system, path = _reach(source)
    try:
        found = [system.unstrip_protocol(name) for name in system.find(path)]
    except Exception as error:  # each file system has its own
        raise ConfigError(f"{source}: it can't be listed ({_said(error)}).") from None
    if not found:
        raise ConfigError(f"{source}: expected a file or a folder with pictures, found nothing.")
    return [source] if len(found) == 1 and not system.isdir(path) else found


def _ends(name: str, suffixes: tuple[str, ...]) -> bool:
    return posixpath.splitext(name)[1].lower() in suffixes


def fetch(name: str) -> bytes:
    """All that is in a file.

    Raises:
        InputError: it isn't there, may not be read, is no regular file, or is too large.
        OSError: anything else, which may be over soon.
    """
    path = local_path(name)
    try:
        if path is not None:
            with open_regular(path) as file:
                content = file.read(MAX_DOCUMENT_BYTES + 1)
        else:
            system, inner = _reach(name)
            with system.open(inner, "rb") as file:
                content = file.read(MAX_DOCUMENT_BYTES + 1)
    except (FileNotFoundError, PermissionError, IsADirectoryError) as error:
        raise InputError(name, f"it can't be read ({_said(error)}).") from None
    except ConfigError:
        raise
    except OSError as error:
        raise OSError(f"it can't be read ({_said(error)}).") from None
    except Exception as error:  # such as a client's own for a bucket that is gone
        raise OSError(f"it can't be read ({_said(error)}).") from None
    if len(content) > MAX_DOCUMENT_BYTES:
        raise InputError(name, f"expected a file of at most {MAX_DOCUMENT_BYTES // 1024**2} MB.")
    return bytes(content)


def _said(error: Exception) -> str:
    return " ".join(str(getattr(error, "strerror", None) or error or type(error).__name__).split())


@dataclass(frozen=True)
class Folder:
    """A folder to write to; it need not exist yet. Files in it are whole or not there.

    Attributes:
        name: its absolute path or URL.
    """

    name: str

    @classmethod
    def at(cls, name: str) -> "Folder":
        """The folder that a person named; `ConfigError` where its kind can't be reached."""
        path = local_path(name)
        if path is None:
            _reach(name)
        return cls(str(path) if path is not None else name.rstrip("/"))

    @property
    def path(self) -> Path | None:
        """Where it is on this machine, None elsewhere."""
        return local_path(self.name)

    def _join(self, name: str) -> str:
        return f"{self.name}/{name}"

    def write(self, name: str, content: bytes) -> None:
        """Writes a file in one piece.

        A bucket shows what was written once it is complete; on this machine that takes a second name. Elsewhere a file
        may be left half-written when the program is killed.

        Raises:
            ConfigError: it can't be written.
        """
        try:
            if self.path is not None:
                file = self.path / name
                file.parent.mkdir(parents=True, exist_ok=True)
                with replacing(file) as part:
                    part.write_bytes(content)
                return
            system, inner = _reach(self._join(name))
            system.makedirs(posixpath.dirname(inner), exist_ok=True)
            system.pipe_file(inner, content)
        except ConfigError:
            raise
        except Exception as error:
            raise ConfigError(f"{self._join(name)}: it can't be written ({_said(error)}).") from None

    def read(self, name: str) -> bytes | None:
        """What is in a file; None where it isn't there. Raises as `read_all`."""
        system, path = _reach(self._join(name))
        return self.read_all([name])[name] if system.exists(path) else None

    def read_all(self, names: Iterable[str]) -> dict[str, bytes]:
        """What is in each of these files, of which many are asked for at once.

        Raises:
            ConfigError: one can't be read.
        """
        system, root = _reach(self.name)

        def content_of(name: str) -> tuple[str, bytes]:
            try:
                return name, system.cat_file(f"{root}/{name}")
            except Exception as error:
                raise ConfigError(f"{self._join(name)}: it can't be read ({_said(error)}).") from None

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return dict(pool.map(content_of, names))

    def names(self, folder: str, suffix: str) -> Iterator[str]:
        """The files of a folder in it that end so, by name; half-written ones begin with a dot and are left out."""
        system, root = _reach(self._join(folder))
        if not system.isdir(root):
            return
        system.invalidate_cache(root)
        for path in sorted(system.ls(root, detail=False)):
            base = posixpath.basename(path.rstrip("/"))
            if base.endswith(suffix) and not base.startswith("."):
                yield base
