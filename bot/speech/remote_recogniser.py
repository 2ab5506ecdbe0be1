"""A server with OpenAI's `/v1/audio/transcriptions`, such as those of FunASR, SenseVoice and faster-whisper."""

from dataclasses import dataclass, field

import requests

from bot.speech.recogniser import RecognitionError, tidy

_TIMEOUT = (3.0, 20.0)
_MOST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Server:
    """`address`: the URL before /v1."""

    address: str
    model: str
    language: str
    key: str = field(default="", repr=False)

    def hear(self, wav: bytes) -> str:
        told = {"model": self.model, "language": self.language, "response_format": "json"}
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        try:
            answer = requests.post(
                f"{self.address.rstrip('/')}/v1/audio/transcriptions",
                data={name: value for name, value in told.items() if value},
                files={"file": ("voice.wav", wav, "audio/wav")},
                headers=headers,
                timeout=_TIMEOUT,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise RecognitionError(type(error).__name__) from None
        return _words(answer)


def _words(answer: requests.Response) -> str:
    if answer.status_code != 200 or len(answer.content) > _MOST_BYTES:
        raise RecognitionError(f"HTTP {answer.status_code}")
    try:
        found = answer.json()
    except ValueError:
        raise RecognitionError("the answer is no JSON") from None
    if not isinstance(found, dict) or not isinstance(found.get("text"), str):
        raise RecognitionError("the answer has no text")
    return tidy(found["text"])
