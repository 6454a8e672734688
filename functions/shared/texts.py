"""Every sentence a user can read, in every language we speak; chosen by ``language_code``.

A sentence that refuses says what to do next. Placeholders are the same in all languages.
"""

from __future__ import annotations

DEFAULT_LOCALE = "en"

TEXTS: dict[str, dict[str, str]] = {
    "en": {
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
    "id": {
        "start": "👋 Kirim pesan suara, berkas audio, atau video, lalu saya balas dengan teksnya.\n\n/help menjelaskan kemampuan saya yang lain.",
        "help": (
            "Kirim atau teruskan pesan suara, pesan video, berkas audio atau video: saya balas dengan teksnya.\n\n"
            "Tombol di bawah jawaban memberikannya sebagai berkas: TXT untuk dibaca, SRT sebagai subtitel.\n\n"
            "/language de – ucapannya berbahasa Jerman (kode dua huruf apa pun; auto mendeteksi sendiri)\n"
            "/files txt srt – selalu kirim juga berkas ini (none untuk mematikan)\n"
            "/transcribe – sebagai balasan atas pesan bermedia, cara memakai saya di grup\n"
            "/history – apa yang masih saya simpan untuk Anda\n"
            "/forget – hapus semuanya sekarang\n"
            "/privacy – apa yang terjadi dengan data Anda\n\n"
            "Dalam keterangan berkas, lang=de dan /srt berlaku untuk satu berkas itu."
        ),
        "privacy": (
            "Media Anda tidak pernah ditulis ke disk: hanya melewati memori menuju mesin pengenal suara ({engine}), lalu hilang.\n\n"
            "Transkrip disimpan {days} hari agar berkas yang sama langsung terjawab dan tombolnya berfungsi; setelah itu dihapus. "
            "Tidak ada transkrip atau nama berkas yang dicatat di log.\n\n/forget menghapus semua yang saya simpan untuk Anda sekarang juga."
        ),
        "group_hello": "👋 Terima kasih sudah mengundang saya. Balas pesan suara atau video dengan /transcribe, dan saya jawab dengan teksnya.",
        "hint": "Kirim pesan suara, berkas audio, atau video. /help menjelaskan lebih lanjut.",
        "empty_file": "Berkas ini kosong (0 bita). Silakan kirim ulang.",
        "not_media": "Ini bukan berkas audio atau video yang bisa saya baca. Kirim pesan suara, berkas audio, atau video.",
        "no_sound": "Ini animasi tanpa suara, jadi tidak ada yang bisa ditranskripsi. Kirim video aslinya.",
        "over_limit": "Ukuran berkas ini {size}; paling besar yang bisa saya terima {limit}. Kirim versi yang lebih pendek atau lebih kecil.",
        "over_bot_api": (
            "Ukuran berkas ini {size}, tetapi tanpa akses berkas besar, yang belum diatur oleh pengelola bot ini, "
            "Telegram hanya memberi saya berkas hingga {limit}. Kirim versi yang lebih kecil, misalnya suaranya saja."
        ),
        "nothing_to_transcribe": "Balas dengan /transcribe pada pesan yang berisi pesan suara, audio, atau video.",
        "too_many_tasks": "Sudah ada {limit} berkas Anda yang sedang dikerjakan. Kirim berikutnya setelah salah satunya selesai.",
        "too_fast": "Itu lebih dari {limit} permintaan dalam satu menit. Silakan coba lagi dalam {seconds} dtk.",
        "crowded": "Saat ini banyak sekali yang meminta. Silakan kirim lagi dalam {seconds} dtk.",
        "working": "🎧 Diterima, sedang saya kerjakan…",
        "transcribing": "🎧 Mentranskripsi… {percent} %",
        "waiting": "🎧 Berkas yang sama sedang dikerjakan; teksnya saya kirim begitu selesai.",
        "no_speech": "Saya tidak mendengar ucapan dalam rekaman ini.",
        "cut_short": "⚠️ Berkas berakhir lebih awal: hanya {got} dari {declared} yang terbaca. Kirim ulang bila bagian akhirnya hilang.",
        "gap": "[{start}–{end} tidak ditranskripsi]",
        "text_in_file": "Teksnya panjang ({pages} pesan), jadi ini awalnya; selebihnya ada di berkas.",
        "undecodable": "Berkas ini tidak bisa saya baca: rusak atau bukan format audio atau video. Coba kirim ulang, atau sebagai MP3 atau M4A.",
        "no_audio_stream": "Berkas ini tidak memiliki jalur suara, jadi tidak ada yang bisa ditranskripsi.",
        "unknown_codec": "Saya tidak mengenal format suara berkas ini ({codec}). Ubah ke MP3 atau M4A lalu kirim lagi.",
        "gone": "Telegram sudah tidak memiliki berkas ini. Silakan kirim ulang.",
        "not_for_bots": "Telegram tidak mengizinkan bot mengunduh berkas ini karena terlalu banyak dibagikan. Simpan dulu, lalu kirim sebagai berkas baru.",
        "too_long": "Panjang rekaman ini {got}; paling panjang yang bisa saya terima {limit}. Kirim per bagian.",
        "apology": "😔 Saya gagal mentranskripsi ini: layanan pengenal suara tidak menjawab. Tidak ada yang hilang; tekan Coba lagi, atau kirim lagi nanti.",
        "apology_operator": "😔 Saya gagal mentranskripsi ini karena gangguan di pihak saya. Pengelola sudah diberi tahu; silakan coba lagi nanti.",
        "button_txt": "📄 TXT",
        "button_srt": "🎬 SRT",
        "button_retry": "🔁 Coba lagi",
        "expired": "Transkrip ini sudah tidak disimpan. Kirim ulang berkasnya.",
        "retry_started": "Dicoba lagi.",
        "retry_later": "Terlalu banyak permintaan Anda yang sedang dikerjakan. Tekan lagi semenit lagi.",
        "retry_refused": "Ini tidak bisa dicoba lagi. Kirim ulang berkasnya.",
        "unknown_button": "Tombol ini sudah tidak berfungsi. Kirim ulang berkasnya.",
        "unknown_command": "Saya tidak mengenal perintah ini. /help memuat daftar kemampuan saya.",
        "language_set": "Mulai sekarang ucapan di obrolan ini saya anggap berbahasa “{language}”. /language auto mendeteksi lagi.",
        "language_auto": "Mulai sekarang bahasa ucapan saya deteksi sendiri.",
        "language_usage": "Kirim kode dua huruf bahasa yang diucapkan, misalnya /language de, atau /language auto.",
        "files_set": "Mulai sekarang saya juga mengirim: {formats}. /files none untuk mematikan.",
        "files_none": "Mulai sekarang saya hanya mengirim teks; tombolnya tetap memberi berkas.",
        "files_usage": "Kirim /files dengan satu atau lebih dari: {formats}; atau /files none.",
        "history_empty": "Tidak ada yang saya simpan untuk Anda.",
        "history": "Saya menyimpan {count} transkrip untuk Anda (total {minutes} menit ucapan), masing-masing {days} hari. /forget menghapusnya sekarang.",
        "forgotten": "Selesai: {count} transkrip dan pengaturan Anda di obrolan ini dihapus.",
        "menu_help": "Kemampuan saya",
        "menu_language": "Atur bahasa ucapan: /language de",
        "menu_files": "Selalu kirim juga berkas: /files txt srt",
        "menu_transcribe": "Sebagai balasan: transkripsikan pesan itu",
        "menu_history": "Apa yang masih saya simpan untuk Anda",
        "menu_forget": "Hapus semua yang saya simpan untuk Anda",
        "menu_privacy": "Apa yang terjadi dengan data Anda",
    },
}


def locale_of(language_code: str | None) -> str:
    """The language we speak to a user whose client is set to ``language_code`` (IETF tag)."""
    primary = (language_code or "").replace("_", "-").split("-")[0].lower()
    return primary if primary in TEXTS else DEFAULT_LOCALE


def say(locale: str, key: str, **figures: object) -> str:
    """The sentence ``key`` in ``locale``. KeyError for a key that no language has."""
    sentences = TEXTS.get(locale, TEXTS[DEFAULT_LOCALE])
    return sentences[key].format(**figures)


def size(size_bytes: int) -> str:
    """Bytes for a person, in binary units as Telegram's limits are: ``20.0 MiB``."""
    amount = float(size_bytes)
    for unit in ("B", "KiB", "MiB"):
        if amount < UNIT_STEP:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= UNIT_STEP
    return f"{amount:.2f} GiB"


UNIT_STEP = 1024


def span(seconds: float) -> str:
    """A length of time for a person: ``0.2 s`` below ten seconds, else as ``moment``."""
    return f"{seconds:.1f} s" if seconds < FRACTIONS_BELOW_S else moment(seconds)


def moment(seconds: float) -> str:
    """A place in a recording for a person: ``0:07``, ``12:30``, ``1:02:03``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


FRACTIONS_BELOW_S = 10.0
