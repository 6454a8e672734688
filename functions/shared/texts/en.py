"""English; the sentences every other language translates."""

from __future__ import annotations

from shared.texts.locale import Locale, one_or_other

LOCALE = Locale(
    name="English",
    plural=one_or_other,
    decimal=".",
    group=",",
    percent="{}%",
    second="s",
    date="{day} {month}",
    months=("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    sentences={
        # Greetings and help
        "start": "👋 Send me a voice note, an audio file or a video, and I send back the text.\n\n/help tells what else I can do.",
        "help": (
            "Send or forward a voice note, a video note, an audio or video file: I answer with the text.\n\n"
            "The buttons below an answer give it as a file: TXT for reading, SRT and VTT as subtitles, JSON with every time.\n\n"
            "/settings – language, files, speakers and more, by buttons\n"
            "/language de – the speech is German (any two-letter code; auto detects it)\n"
            "/format text srt – what an answer consists of\n"
            "/hints Ada, Kubernetes – names and terms you will use\n"
            "/transcribe – as a reply to a message with media, the way to use me in groups; mentioning me does the same\n"
            "/status, /cancel – what I am working on for you, and stopping it\n"
            "/history – what I still keep for you\n"
            "/forget – delete it all now\n"
            "/privacy – what happens to your data\n\n"
            "For one file alone, write it below the file: lang=de srt timestamps speakers translate."
        ),
        "privacy_media": "Your media is never written to disk: it passes through memory to the speech engine ({engine}) and is gone.",
        "privacy_local": "Your media is never written to disk and never leaves this machine: the speech engine ({engine}) runs here, in memory.",
        "privacy_training": "Deepgram is told with every request not to train its models on it.",
        "privacy_large_files": "Files above 20 MiB are read from Telegram piece by piece, also through memory only.",
        "privacy_kept": (
            "The transcript is kept for {days} days, so that the same file is answered at once and the buttons work; then it is deleted. "
            "No transcript and no file name is ever logged."
        ),
        "privacy_file": "All that is kept lies in one file on my operator's machine.",
        "privacy_aws": "All that is kept lies in my operator's own AWS account, region {region}.",
        "privacy_summary": "Only if you press Summary, the text is sent to a language model ({model}).",
        "privacy_forget": "/forget deletes everything I keep for you now.",
        "group_hello": "👋 Thanks for having me. Reply to a voice note or video with /transcribe@{username}, and I answer with its text.",
        "group_hidden": (
            "🔒 Telegram shows me only commands and replies to me here, and nothing else you write. That is all I need for this. "
            "To have every voice note transcribed unasked, make me an administrator (or switch privacy mode off at @BotFather and add me again), "
            "then choose “everything” in the settings."
        ),
        "group_seen": "👀 I can see every message here, but I act only when asked; mentioning me in a reply does it too. To have every voice note transcribed, choose “everything” in the settings.",
        "channel_hello": (
            "👋 Thanks for having me. I stay silent in a channel until its administrators want me: choose in the settings what I transcribe, "
            "or reply to a post with /transcribe."
        ),
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
        "guest_usage": "Mention me in a reply to a message that has a voice note, audio or video in it, and I answer with its text.",
        "caption_language": "After lang= I need the two-letter code of a language, for example lang=de, or lang=auto. Please send it again that way.",
        "caption_engine": "After engine= I know these names: {engines}. Please send it again with one of them.",
        "too_many_tasks": "You have {limit} files in work already. Send the next one when one of them is done.",
        "too_fast": "That was more than {limit} requests in a minute. Please try again in {seconds} s.",
        "crowded": "Very many people are asking at this moment. Please send it again in {seconds} s.",
        "not_served": "This bot is not for everybody. If it should be for you, tell its operator your number: {number}",
        "daily_limit": "You have had as much audio transcribed in these 24 hours as I may do for one person. Send it again in {wait}; what I have heard before is answered at any time.",
        # Work in progress
        "working": "🎧 Got it, working on it…",
        "queued": "🎧 Got it. Many files are in work at this moment: yours is number {count} in the queue.",
        "stage_fetching": "📥 Downloading… {share}",
        "stage_transcribing": "🎧 Transcribing… {share}",
        "stage_translating": "🌐 Translating… {share}",
        "minutes_left": {"one": "about {count} minute left", "other": "about {count} minutes left"},
        "nearly_done": "less than a minute left",
        "stopped": "⏹ Stopped, as you asked. Press Start again if you change your mind; what was done already is kept.",
        "waiting": "🎧 The same file is in work already; you get the text as soon as it is there.",
        # Answers
        "no_speech": "I heard no speech in this recording.",
        "cut_short": "⚠️ The file ends early: only {got} of {declared} could be read. Send it again if the end is missing.",
        "gap": "[{start}–{end} not transcribed]",
        "text_in_file": "The text is long ({pages} messages), so here is its beginning; the rest is in the file.",
        "done_files": {
            "one": "✅ Done; the file is below.",
            "other": "✅ Done; the {count} files are below.",
        },
        "translation": "🌐 In English:",
        "gaps": "⚠️ {time} of it could not be transcribed; the places are marked. Send the file again, and I try those once more.",
        "doubtful": "⚠️ This was hard to understand, so parts of the text may be wrong.",
        "continued": "The text is longer than this message; all of it is in your chat with me.",
        "speaker": "Speaker {number}",
        # Requests that cannot succeed
        "undecodable": "I could not read this file: it is damaged or not an audio or video format. Try sending it again, or as MP3 or M4A.",
        "no_audio_stream": "This file has no sound track, so there is nothing to transcribe. Send one that has sound.",
        "unknown_codec": "I do not know this file's sound format ({codec}). Convert it to MP3 or M4A and send it again.",
        "gone": "Telegram no longer has this file. Please send it again.",
        "not_for_bots": "Telegram does not let bots download this file, because it is shared so widely. Save it, and send it to me as a new file.",
        "too_long": "This recording is {got} long; the most I can take is {limit}. Send it in parts.",
        "no_translation": "I cannot translate: my operator has set up no speech service that can. I can write it down in its own language: send it again without “translate”.",
        # Failures that are ours
        "apology": "😔 I could not transcribe this: the speech service did not answer. Nothing is lost; press Retry, or send it again later.",
        "apology_operator": "😔 I could not transcribe this because of a fault on my side. My operator has been told; please try again later.",
        "button_txt": "📄 TXT",
        "button_srt": "🎬 SRT",
        "button_vtt": "🎞 VTT",
        "button_json": "🧾 JSON",
        "button_translate": "🌐 English",
        "button_summary": "📝 Summary",
        "button_stop": "⏹ Stop",
        "button_again": "▶️ Start again",
        "button_chat": "💬 Open my chat",
        "button_retry": "🔁 Retry",
        "button_settings": "⚙️ Settings",
        # Answers to buttons and commands
        "expired": "This transcript is no longer kept. Send the file again.",
        "retry_started": "Trying again.",
        "retry_later": "You have too many requests in work right now. Press again in a minute.",
        "retry_refused": "This cannot be tried again. Send the file once more.",
        "unknown_button": "This button no longer works. Send the file again.",
        "guest_button": "This button works only in a chat with me. Open one, and send me the file there.",
        "unknown_command": "I do not know this command. /help lists what I can do.",
        "saved": "Saved.",
        "admins_only": "Only administrators may change the settings of this chat. Please ask one of them.",
        "stop_done": "Stopped.",
        "stop_too_late": "There is nothing left to stop here.",
        "stop_not_yours": "Only the person who asked for it, or an administrator, can stop this.",
        "translate_started": "Translating into English; it comes as a message of its own.",
        "summary": "📝 Summary\n\n{text}",
        "summary_working": "📝 Summing it up…",
        "summary_in_work": "The summary is in work already; it comes in a moment.",
        "summary_failed": "😔 I could not sum this up just now. Please press Summary again in a few minutes.",
        # The settings panel
        "settings_yours": "⚙️ Your settings. In groups they count where the group has chosen nothing.",
        "settings_group": "⚙️ The settings of this chat",
        "settings_language": "🗣 Language of the speech: {language}",
        "settings_format": "📄 Answer: {formats}",
        "settings_timestamps": "🕒 Times in the text: {switch}",
        "settings_speakers": "👥 Tell who speaks: {switch}",
        "settings_engine": "🎛 Speech engine: {engine}",
        "settings_hints": "✏️ Names and terms: {hints}",
        "settings_mode": "💬 I transcribe: {mode}",
        "settings_lock": "🔐 These settings may be changed by: {who}",
        "members_choice": "as each member chose",
        "switched_on": "on",
        "switched_off": "off",
        "lock_admins": "administrators",
        "lock_open": "everyone",
        "button_language": "🗣 Language",
        "button_format": "📄 Answer",
        "button_timestamps": "🕒 Times",
        "button_speakers": "👥 Speakers",
        "button_engine": "🎛 Engine",
        "button_hints": "✏️ Names and terms",
        "button_mode": "💬 What I transcribe",
        "button_open": "🔐 Everyone may change",
        "button_back": "‹ Back",
        "button_history": "🗂 History",
        "button_status": "⏳ In work",
        "button_privacy": "🔒 Privacy",
        "button_forget": "🗑 Forget me",
        "button_forget_now": "🗑 Delete everything now",
        "forget_screen": "🗑 Shall I delete every transcript I keep for you, what was made of it, your history and your settings, and stop what is in work? Nothing brings it back.",
        "button_hints_clear": "🗑 Clear the list",
        "language_screen": "🗣 Which language is spoken? Now: {language}.\n\nAny other: send /language with its code or name, for example /language pl.",
        "language_detected": "detected",
        "language_unknown": "I do not know this language. Send its two-letter code or its name, for example /language de, or /language auto to have it detected.",
        "format_screen": "📄 What shall an answer consist of? Choose as many as you like; whatever you choose, the buttons below an answer give the rest.",
        "format_text": "Text",
        "format_unknown": "Send /format with one or more of: {formats}. For example: /format text srt",
        "format_last": "An answer must consist of something: choose another form first.",
        "speakers_unavailable": "I cannot tell who speaks: my operator would have to set up a speech engine that can, such as Deepgram.",
        "engine_screen": "🎛 Which speech engine shall I use? If it fails, automatic takes another.",
        "engine_auto": "automatic",
        "engine_only": "🎛 There is one speech engine here, so there is nothing to choose: {engine}",
        "engine_unknown": "I have no such speech engine. Send /engine with one of: {engines}.",
        "hints_screen": (
            "✏️ Names and terms that are often said, so that I spell them right:\n\n{hints}\n\n"
            "To set them, send up to {limit}, separated by commas: /hints Ada Lovelace, Kubernetes"
        ),
        "hints_none": "none yet",
        "hints_usage": "Send up to {limit} names or terms of at most {characters} characters each, separated by commas: /hints Ada Lovelace, Kubernetes",
        "hints_unavailable": "The speech engine here takes no list of names and terms, so there is nothing to set.",
        "mode_screen": "💬 What shall I transcribe in this chat?",
        "mode_on_request": "what I am asked for",
        "mode_all": "everything",
        "mode_off": "nothing",
        "mode_hidden": (
            "⚠️ Telegram hides from me what is sent here without naming me (privacy mode), so I see no voice notes. "
            "Make @{username} an administrator, or switch privacy mode off at @BotFather and add me to the chat again."
        ),
        # History, work, figures
        "history_empty": "I keep nothing for you here.",
        "history": {
            "one": "🗂 I keep {count} transcript for you ({minutes} min of speech), for {days} days. Press its number to see it again; /forget deletes it now.",
            "other": "🗂 I keep {count} transcripts for you ({minutes} min of speech in all), each for {days} days. Press a number to see one again; /forget deletes them all now.",
        },
        "history_line": "{number}. {day} · {length}",
        "forgotten": {
            "one": "Done: {count} transcript, what was made of it, and your settings are deleted; what was in work is stopped.",
            "other": "Done: {count} transcripts, what was made of them, and your settings are deleted; what was in work is stopped.",
        },
        "status_empty": "Nothing of yours is in work. Send me a voice note, an audio file or a video.",
        "status": {
            "one": "⏳ I am at work on {count} file for you. /cancel stops it.",
            "other": "⏳ I am at work on {count} files for you. /cancel stops them all.",
        },
        "status_line": "{number}. {what}: {state}",
        "status_queue": {
            "one": "About {count} request from all my users is waiting in line.",
            "other": "About {count} requests from all my users are waiting in line.",
        },
        "media": "file",
        "media_voice": "voice note",
        "media_audio": "audio file",
        "media_video": "video",
        "media_video_note": "video note",
        "media_document": "document",
        "media_length": "{what}, {length}",
        "state_queued": "waits for its turn",
        "state_working": "in work",
        "state_delivering": "the answer is on its way",
        "state_done": "done",
        "state_failed": "did not succeed",
        "state_cancelled": "stopped",
        "button_stop_number": "⏹ Stop {number}",
        "cancelled_one": "⏹ Stopped: {what}.",
        "cancelled": {"one": "⏹ Stopped {count} file.", "other": "⏹ Stopped {count} files."},
        "cancel_none": "Nothing of yours is in work, so there is nothing to stop.",
        "cancel_late": "It is too late to stop this: the answer is on its way.",
        "stats_today": "📊 Today",
        "stats_week": "📊 The last 7 days",
        "stats": "Users: {users}\nRequests: {jobs}\nMinutes of speech: {minutes}\nAnswered from the cache: {hits}\nSuccess: {success}\nCost at list prices: {cost}",
        # The command menu
        "menu_help": "What I can do",
        "menu_start": "Say hello",
        "menu_settings": "Settings of this chat",
        "menu_format": "Choose what an answer consists of: text, TXT, SRT…",
        "menu_engine": "Choose the speech engine",
        "menu_hints": "Names and terms to expect: /hints Ada, Kubernetes",
        "menu_status": "What I am working on for you",
        "menu_cancel": "Stop everything I am working on for you",
        "menu_stats": "Figures for the operator",
        "menu_language": "Set the language of the speech: /language de",
        "menu_transcribe": "As a reply: transcribe that message",
        "menu_history": "What I still keep for you",
        "menu_forget": "Delete everything I keep for you",
        "menu_privacy": "What happens to your data",
    },
)
