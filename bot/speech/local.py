"""A local Whisper model in a folder. Its library is optional: requirements-speech.txt."""

import threading
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from bot.speech.recogniser import RecognitionError, tidy

_PROMPT = "以下是普通话的句子。"
"""Without it the model writes traditional characters"""
_ONCE: dict[str, Any] = {
    "beam_size": 1,
    "temperature": 0.0,
    "without_timestamps": True,
    "condition_on_previous_text": False,
    "no_repeat_ngram_size": 4,
}
"""One try that can't go round in circles: with the library's five others ten seconds of speech take half a minute"""
_A_SECOND, _AT_LEAST = 12, 20
"""Pieces of text: nobody speaks faster"""
_BYTES, _WINDOW = 32_000, 30
"""Of a second; seconds that the model hears at a time"""
_SURELY_SILENT, _GUESSED = 0.8, -1.0
"""Limits for a piece: the probability of silence, and the log probability of its words"""


@dataclass(frozen=True, slots=True)
class LocalModel:
    """Loaded with the first voice; runs one at a time, because two would compete for the processors."""

    folder: Path
    language: str
    _loaded: list[Any] = field(default_factory=list, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def hear(self, wav: bytes) -> str:
        with self._lock:
            try:
                most = _AT_LEAST + _A_SECOND * min(_WINDOW, len(wav) // _BYTES)
                asked = {"language": self.language or None, "initial_prompt": _PROMPT, "max_new_tokens": most}
                pieces, _ = self._model().transcribe(BytesIO(wav), **asked, **_ONCE)
                return tidy("".join(each.text for each in pieces if _is_heard(each)))
            except (RuntimeError, ValueError, OSError) as error:
                raise RecognitionError(type(error).__name__) from None

    def _model(self) -> Any:  # noqa: ANN401  (a library that need not be there)
        if not self._loaded:
            try:
                from faster_whisper import WhisperModel
            except ImportError:
                raise RecognitionError("faster-whisper is not installed") from None
            model = WhisperModel(str(self.folder), device="cpu", compute_type="int8", cpu_threads=2)
            if self.language != "en" and not model.model.is_multilingual:
                raise RecognitionError("the model knows English alone, and would make up the rest")
            self._loaded.append(model)
        return self._loaded[0]


def _is_heard(piece: Any) -> bool:  # noqa: ANN401
    """Whether a piece is real speech: from unclear sound the model repeats its prompt."""
    sure = piece.no_speech_prob < _SURELY_SILENT and piece.avg_logprob > _GUESSED
    return bool(sure and piece.text.strip(" 。") not in _PROMPT)
