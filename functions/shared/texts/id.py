"""Indonesian."""

from __future__ import annotations

from shared.texts.locale import Locale, always_other

LOCALE = Locale(
    plural=always_other,
    decimal=",",
    group=".",
    percent="{}%",
    sentences={
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
)
