"""English; the sentences every other language translates."""

from __future__ import annotations

from shared.texts.locale import Locale, one_or_other

LOCALE = Locale(
    plural=one_or_other,
    decimal=".",
    group=",",
    percent="{}%",
    sentences={
        # Greetings and help
        "start": "👋 Send me a voice note, an audio file or a video, and I send back the text.\n\n/help tells what else I can do.",
        "help": (
            "Send or forward a voice note, a video note, an audio or video file: I answer with the text.\n\n"
            "The buttons below an answer give it as a file: TXT for reading, SRT as subtitles.\n\n"
            "/language de – the speech is German (any two-letter code; auto detects it)\n"
            "/files txt srt – always send these files too (none turns it off)\n"
            "/transcribe – as a reply to a message with media, the way to use me in groups\n"
            "/history – what I still keep for you\n"
            "/forget – delete it all now\n"
            "/privacy – what happens to your data\n\n"
            "In a caption, lang=de and /srt do the same for one file."
        ),
        "privacy": (
            "Your media is never written to disk: it passes through memory to the speech engine ({engine}) and is gone.\n\n"
            "The transcript is kept for {days} days, so that the same file is answered at once and the buttons work; then it is deleted. "
            "No transcript and no file name is ever logged.\n\n/forget deletes everything I keep for you now."
        ),
        "group_hello": "👋 Thanks for having me. Reply to a voice note or video with /transcribe and I answer with its text.",
        "hint": "Send me a voice note, an audio file or a video. /help tells more.",
        # Refused before any work
        "empty_file": "This file is empty (0 bytes). Please send it again.",
        "not_media": "This is not an audio or video file I can read. Send a voice note, an audio file or a video.",
        "no_sound": "This is an animation without sound, so there is nothing to transcribe. Send the original video.",
        "over_limit": "This file is {size}; the most I can take is {limit}. Send a shorter or smaller version.",
        "over_bot_api": (
            "This file is {size}, but without large-file access, which this bot's operator has not set up, "
            "Telegram gives me only files up to {limit}. Send a smaller version, for example only the sound."
        ),
        "nothing_to_transcribe": "Reply with /transcribe to a message that has a voice note, audio or video in it.",
        "too_many_tasks": "You have {limit} files in work already. Send the next one when one of them is done.",
        "too_fast": "That was more than {limit} requests in a minute. Please try again in {seconds} s.",
        "crowded": "Very many people are asking at this moment. Please send it again in {seconds} s.",
        # Work in progress
        "working": "🎧 Got it, working on it…",
        "transcribing": "🎧 Transcribing… {percent} %",
        "waiting": "🎧 The same file is in work already; you get the text as soon as it is there.",
        # Answers
        "no_speech": "I heard no speech in this recording.",
        "cut_short": "⚠️ The file ends early: only {got} of {declared} could be read. Send it again if the end is missing.",
        "gap": "[{start}–{end} not transcribed]",
        "text_in_file": "The text is long ({pages} messages), so here is its beginning; the rest is in the file.",
        # Requests that cannot succeed
        "undecodable": "I could not read this file: it is damaged or not an audio or video format. Try sending it again, or as MP3 or M4A.",
        "no_audio_stream": "This file has no sound track, so there is nothing to transcribe.",
        "unknown_codec": "I do not know this file's sound format ({codec}). Convert it to MP3 or M4A and send it again.",
        "gone": "Telegram no longer has this file. Please send it again.",
        "not_for_bots": "Telegram does not let bots download this file, because it is shared so widely. Save it, and send it to me as a new file.",
        "too_long": "This recording is {got} long; the most I can take is {limit}. Send it in parts.",
        # Failures that are ours
        "apology": "😔 I could not transcribe this: the speech service did not answer. Nothing is lost; press Retry, or send it again later.",
        "apology_operator": "😔 I could not transcribe this because of a fault on my side. My operator has been told; please try again later.",
        "button_txt": "📄 TXT",
        "button_srt": "🎬 SRT",
        "button_retry": "🔁 Retry",
        # Answers to buttons and commands
        "expired": "This transcript is no longer kept. Send the file again.",
        "retry_started": "Trying again.",
        "retry_later": "You have too many requests in work right now. Press again in a minute.",
        "retry_refused": "This cannot be tried again. Send the file once more.",
        "unknown_button": "This button no longer works. Send the file again.",
        "unknown_command": "I do not know this command. /help lists what I can do.",
        "language_set": "From now on I take the speech in this chat as “{language}”. /language auto detects it again.",
        "language_auto": "From now on I detect the language of the speech.",
        "language_usage": "Send the two-letter code of the language spoken, for example /language de, or /language auto.",
        "files_set": "From now on I also send: {formats}. /files none turns it off.",
        "files_none": "From now on I send the text alone; the buttons still give the files.",
        "files_usage": "Send /files with one or more of: {formats}; or /files none.",
        "history_empty": "I keep nothing for you.",
        "history": "I keep {count} transcripts for you ({minutes} min of speech in all), each for {days} days. /forget deletes them now.",
        "forgotten": "Done: {count} transcripts and your settings in this chat are deleted.",
        # The command menu
        "menu_help": "What I can do",
        "menu_language": "Set the language of the speech: /language de",
        "menu_files": "Always send files too: /files txt srt",
        "menu_transcribe": "As a reply: transcribe that message",
        "menu_history": "What I still keep for you",
        "menu_forget": "Delete everything I keep for you",
        "menu_privacy": "What happens to your data",
    },
)
