"""The pictures of the visit under way: RAM only, one visit at a time, wiped at its end.

No picture enters the workflow; the workers meet here. Each visit has a token, so that what a worker
finishes after the wipe lands nowhere; each document of a visit has one too, so that a portrait is
never held against the traveller of another document.
"""

import threading
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from vision.image import within

PAGE_LONGEST_PX = 2400

Pixels = npt.NDArray[np.uint8]


@dataclass(slots=True, repr=False)
class Session:
    """What the devices saw of the traveller who is here now."""

    _token: int = 0
    _document: int = 0
    _portrait: Pixels | None = None
    _face_jpeg: bytes | None = None
    _portrait_jpeg: bytes | None = None
    _preview_jpeg: bytes | None = None
    _page: Pixels | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def token(self) -> int:
        """The running visit's token; changes at each wipe."""
        with self._lock:
            return self._token

    def new_document(self) -> int:
        """Forget the portrait of the document before; gives the token for the one of this."""
        with self._lock:
            self._forget_portrait()
            return self._document

    def keep_portrait(self, document: int, pixels: Pixels, jpeg: bytes) -> None:
        """The portrait of that document, for the comparison and for the event."""
        with self._lock:
            if document == self._document:
                self._portrait, self._portrait_jpeg = pixels, jpeg

    def keep_face(self, token: int, jpeg: bytes) -> None:
        """The live face that was taken, for the event."""
        with self._lock:
            if token == self._token:
                self._face_jpeg = jpeg

    def keep_preview(self, token: int, jpeg: bytes) -> None:
        """The newest frame for the mirror on the page; replaces the one before."""
        with self._lock:
            if token == self._token:
                self._preview_jpeg = jpeg

    def keep_page(self, token: int, pixels: Pixels) -> None:
        """The frame in which the document was read, made small, for the portrait on it."""
        page = within(pixels, PAGE_LONGEST_PX).copy()
        with self._lock:
            if token == self._token:
                self._forget_page()
                self._page = page

    def take_page(self) -> Pixels | None:
        """That frame, once: whoever takes it overwrites it."""
        with self._lock:
            page, self._page = self._page, None
            return page

    def portrait(self) -> Pixels | None:
        """The document's portrait, if one was found."""
        with self._lock:
            return self._portrait

    def preview(self) -> bytes | None:
        """The newest frame as JPEG."""
        with self._lock:
            return self._preview_jpeg

    def attachments(self) -> tuple[tuple[str, bytes], ...]:
        """(role, JPEG) of each picture that goes with the event."""
        with self._lock:
            pairs = (("live_face", self._face_jpeg), ("document_portrait", self._portrait_jpeg))
            return tuple((role, jpeg) for role, jpeg in pairs if jpeg is not None)

    def wipe(self) -> None:
        """Forget all pictures; those of the document are overwritten."""
        with self._lock:
            self._token += 1
            self._forget_portrait()
            self._forget_page()
            self._face_jpeg = self._preview_jpeg = None

    def _forget_page(self) -> None:
        if self._page is not None:
            self._page.fill(0)
        self._page = None

    def _forget_portrait(self) -> None:
        self._document += 1
        if self._portrait is not None:
            self._portrait.fill(0)
        self._portrait = self._portrait_jpeg = None
