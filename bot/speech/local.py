"""A model of whisper's kind in a folder of this machine. Its library is an extra: requirements-speech.txt."""

import threading
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from bot.speech.ears import DeafError, tidy

_PROMPT = "以下是普通话的句子。"
"""Else it writes traditional characters"""
_SURELY_SILENT = 0.8


@dataclass(frozen=True, slots=True)
class LocalModel:
    """Loaded with the first voice; two at once would take each other's processors."""

    folder: Path
    language: str
    _loaded: list[Any] = field(default_factory=list, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def hear(self, wav: bytes) -> str:
        with self._lock:
            try:
                pieces, _ = self._model().transcribe(
                    BytesIO(wav), language=self.language or None, beam_size=1, initial_prompt=_PROMPT
                )
                return tidy("".join(each.text for each in pieces if each.no_speech_prob < _SURELY_SILENT))
            except (RuntimeError, ValueError, OSError) as error:
                raise DeafError(type(error).__name__) from None

    def _model(self) -> Any:  # noqa: ANN401  (a library that need not be there)
        if not self._loaded:
            try:
                from faster_whisper import WhisperModel
            except ImportError:
                raise DeafError("faster-whisper is not installed") from None
            model = WhisperModel(str(self.folder), device="cpu", compute_type="int8", cpu_threads=2)
            if self.language != "en" and not model.model.is_multilingual:
                raise DeafError("the model knows English alone, and would make up the rest")
            self._loaded.append(model)
        return self._loaded[0]
