"""List prices in US dollars, without any free tier. Check them before you budget.

AWS: us-east-1, Lambda on arm64; aws.amazon.com/<service>/pricing and articles that quote it.
DynamoDB: the prices after those of November 2024 were halved (airbyte.com, DynamoDB pricing).
Groq: console.groq.com/docs/speech-text and openrouter.ai. Deepgram: resellers quote 0.0043 to 0.0052
a minute for nova-3; the list price for recordings, as remembered, stands here.
"""

from __future__ import annotations

from dataclasses import dataclass

AS_OF = "November 2026"
MILLION = 1_000_000
GB = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Speech:
    """What a provider asks for an hour of audio; short requests are billed as ``least_s``."""

    usd_per_hour: float
    least_s: float = 0.0

    def usd(self, request_s: float) -> float:
        """One request of so many seconds."""
        return max(request_s, self.least_s) / 3600 * self.usd_per_hour


AWS_USD = {
    "HTTP API request": 1.00 / MILLION,
    "Lambda request": 0.20 / MILLION,
    "Lambda GB-second": 0.0000133334,
    "SQS request": 0.40 / MILLION,
    "DynamoDB write unit": 0.625 / MILLION,
    "DynamoDB read unit": 0.125 / MILLION,
    "log byte": 0.50 / GB,
    "byte to the internet": 0.09 / GB,
}
MONTHLY_USD = {
    "custom metric": 0.30,
    "alarm's metric": 0.10,
    "composite alarm": 0.50,
    "dashboard": 3.00,
}
SPEECH_USD = {
    "Groq whisper-large-v3-turbo": Speech(0.04, least_s=10.0),
    "Groq whisper-large-v3": Speech(0.111, least_s=10.0),
    "Deepgram nova-3": Speech(0.0043 * 60),
}
