"""Indonesian."""

from __future__ import annotations

from shared.texts.locale import Locale, always_other

LOCALE = Locale(
    name="Bahasa Indonesia",
    plural=always_other,
    decimal=",",
    group=".",
    percent="{}%",
    second="dtk",
    date="{day} {month}",
    months=("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"),
    sentences={
        # Greetings and help
        "start": "👋 Kirim pesan suara, berkas audio, atau video, lalu saya balas dengan teksnya.\n\n/help menjelaskan kemampuan saya yang lain.",
        "help": (
            "Kirim atau teruskan pesan suara, pesan video, berkas audio atau video: saya balas dengan teksnya.\n\n"
            "Tombol di bawah jawaban memberikannya sebagai berkas: TXT untuk dibaca, SRT dan VTT sebagai subtitel, JSON dengan semua waktunya.\n\n"
            "/settings – bahasa, berkas, pembicara, dan lainnya, dengan tombol\n"
            "/language de – ucapannya berbahasa Jerman (kode dua huruf apa pun; auto mendeteksi sendiri)\n"
            "/format text srt – isi sebuah jawaban\n"
            "/hints Ada, Kubernetes – nama dan istilah yang akan Anda ucapkan\n"
            "/transcribe – sebagai balasan atas pesan bermedia, cara memakai saya di grup; menyebut nama saya sama saja\n"
            "/status, /cancel – apa yang sedang saya kerjakan untuk Anda, dan cara menghentikannya\n"
            "/history – apa yang masih saya simpan untuk Anda\n"
            "/forget – hapus semuanya sekarang\n"
            "/privacy – apa yang terjadi dengan data Anda\n\n"
            "Untuk satu berkas saja, tulis di keterangan berkas itu: lang=de srt timestamps speakers translate."
        ),
        "privacy_media": "Media Anda tidak pernah ditulis ke disk: hanya melewati memori menuju mesin pengenal ucapan ({engine}), lalu hilang.",
        "privacy_local": "Media Anda tidak pernah ditulis ke disk dan tidak pernah keluar dari mesin ini: mesin pengenal ucapan ({engine}) berjalan di sini, di memori.",
        "privacy_training": "Pada setiap permintaan, Deepgram diberi tahu agar tidak melatih modelnya dengan data itu.",
        "privacy_large_files": "Berkas di atas 20 MiB dibaca dari Telegram sepotong demi sepotong, juga hanya melalui memori.",
        "privacy_kept": (
            "Transkrip disimpan {days} hari agar berkas yang sama langsung terjawab dan tombolnya berfungsi; setelah itu dihapus. "
            "Tidak ada transkrip atau nama berkas yang pernah dicatat di log."
        ),
        "privacy_file": "Semua yang disimpan berada dalam satu berkas di mesin pengelola saya.",
        "privacy_aws": "Semua yang disimpan berada di akun AWS milik pengelola saya sendiri, wilayah {region}.",
        "privacy_summary": "Hanya jika Anda menekan “Ringkasan”, teksnya dikirim ke sebuah model bahasa ({model}).",
        "privacy_forget": "/forget menghapus semua yang saya simpan untuk Anda sekarang juga.",
        "group_hello": "👋 Terima kasih sudah mengundang saya. Balas pesan suara atau video dengan /transcribe, atau sebut @{username}, dan saya jawab dengan teksnya.",
        "group_hidden": (
            "🔒 Di sini Telegram hanya memperlihatkan kepada saya perintah, sebutan, dan balasan untuk saya, dan tidak ada tulisan Anda yang lain. Itu sudah cukup bagi saya. "
            "Agar setiap pesan suara ditranskripsi tanpa diminta, jadikan saya administrator (atau matikan mode privasi di @BotFather dan tambahkan saya lagi), "
            "lalu pilih “semuanya” di pengaturan."
        ),
        "group_seen": "👀 Saya bisa melihat semua pesan di sini, tetapi hanya bertindak bila diminta. Agar setiap pesan suara ditranskripsi, pilih “semuanya” di pengaturan.",
        "channel_hello": (
            "👋 Terima kasih sudah mengundang saya. Di kanal saya diam sampai administratornya memerlukan saya: pilih di pengaturan apa yang saya transkripsi, "
            "atau balas sebuah kiriman dengan /transcribe."
        ),
        "hint": "Kirim pesan suara, berkas audio, atau video. /help menjelaskan lebih lanjut.",
        # Refused before any work
        "empty_file": "Berkas ini kosong (0 bita). Silakan kirim ulang.",
        "not_media": "Ini bukan berkas audio atau video yang bisa saya baca. Kirim pesan suara, berkas audio, atau video.",
        "no_sound": "Ini animasi tanpa suara, jadi tidak ada yang bisa ditranskripsi. Kirim video aslinya.",
        "over_limit": "Ukuran berkas ini {size}; paling besar yang bisa saya terima {limit}. Kirim versi yang lebih pendek atau lebih kecil.",
        "over_bot_api": (
            "Ukuran berkas ini {size}, tetapi tanpa akses berkas besar, yang belum diatur oleh pengelola bot ini, "
            "Telegram hanya memberi saya berkas hingga {limit}. Kirim versi yang lebih kecil, misalnya suaranya saja."
        ),
        "nothing_to_transcribe": "Balas dengan /transcribe pada pesan yang berisi pesan suara, audio, atau video.",
        "guest_usage": "Sebut nama saya saat membalas pesan yang berisi pesan suara, audio, atau video, dan saya menjawab dengan teksnya.",
        "caption_language": "Setelah lang= saya memerlukan kode bahasa dua huruf, misalnya lang=de, atau lang=auto. Silakan kirim lagi seperti itu.",
        "caption_engine": "Setelah engine= saya mengenal nama-nama ini: {engines}. Silakan kirim lagi dengan salah satunya.",
        "too_many_tasks": "Sudah ada {limit} berkas Anda yang sedang dikerjakan. Kirim berikutnya setelah salah satunya selesai.",
        "too_fast": "Itu lebih dari {limit} permintaan dalam satu menit. Silakan coba lagi dalam {seconds} dtk.",
        "crowded": "Saat ini banyak sekali yang meminta. Silakan kirim lagi dalam {seconds} dtk.",
        "not_served": "Bot ini tidak untuk semua orang. Jika Anda seharusnya boleh memakainya, beri tahu pengelolanya nomor Anda: {number}",
        "daily_limit": "Dalam 24 jam ini sudah saya transkripsikan audio sebanyak yang boleh untuk satu orang. Kirim lagi dalam {wait}; yang sudah pernah saya dengar tetap dijawab kapan saja.",
        # Work in progress
        "working": "🎧 Diterima, sedang saya kerjakan…",
        "queued": "🎧 Sudah saya terima. Saat ini banyak berkas sedang dikerjakan: berkas Anda nomor {count} dalam antrean.",
        "stage_fetching": "📥 Mengunduh… {share}",
        "stage_transcribing": "🎧 Mentranskripsi… {share}",
        "stage_translating": "🌐 Menerjemahkan… {share}",
        "minutes_left": {"other": "sekitar {count} menit lagi"},
        "nearly_done": "kurang dari satu menit lagi",
        "stopped": "⏹ Dihentikan seperti yang Anda minta. Tekan “Mulai lagi” bila berubah pikiran; yang sudah selesai tetap disimpan.",
        "waiting": "🎧 Berkas yang sama sedang dikerjakan; teksnya saya kirim begitu selesai.",
        # Answers
        "no_speech": "Saya tidak mendengar ucapan dalam rekaman ini.",
        "cut_short": "⚠️ Berkas berakhir lebih awal: hanya {got} dari {declared} yang terbaca. Kirim ulang bila bagian akhirnya hilang.",
        "gap": "[{start}–{end} tidak ditranskripsi]",
        "text_in_file": "Teksnya panjang ({pages} pesan), jadi ini awalnya; selebihnya ada di berkas.",
        "done_files": {"other": "✅ Selesai; {count} berkas ada di bawah."},
        "translation": "🌐 Dalam bahasa Inggris:",
        "gaps": "⚠️ Bagian sepanjang {time} gagal ditranskripsi; tempatnya sudah ditandai. Kirim ulang berkasnya, dan saya coba lagi bagian itu.",
        "doubtful": "⚠️ Rekaman ini sulit dipahami, jadi sebagian teksnya mungkin salah.",
        "continued": "Teksnya lebih panjang daripada pesan ini; selengkapnya ada di obrolan Anda dengan saya.",
        "speaker": "Pembicara {number}",
        # Requests that cannot succeed
        "undecodable": "Berkas ini tidak bisa saya baca: rusak atau bukan format audio atau video. Coba kirim ulang, atau sebagai MP3 atau M4A.",
        "no_audio_stream": "Berkas ini tidak memiliki jalur suara, jadi tidak ada yang bisa ditranskripsi. Kirim yang ada suaranya.",
        "unknown_codec": "Saya tidak mengenal format suara berkas ini ({codec}). Ubah ke MP3 atau M4A lalu kirim lagi.",
        "gone": "Telegram sudah tidak memiliki berkas ini. Silakan kirim ulang.",
        "not_for_bots": "Telegram tidak mengizinkan bot mengunduh berkas ini karena terlalu banyak dibagikan. Simpan dulu, lalu kirim sebagai berkas baru.",
        "too_long": "Panjang rekaman ini {got}; paling panjang yang bisa saya terima {limit}. Kirim per bagian.",
        "no_translation": "Saya tidak bisa menerjemahkan: pengelola saya belum mengatur layanan yang bisa. Saya bisa menuliskannya dalam bahasa aslinya: kirim lagi tanpa “translate”.",
        # Failures that are ours
        "apology": "😔 Saya gagal mentranskripsi ini: layanan pengenal ucapan tidak menjawab. Tidak ada yang hilang; tekan “Coba lagi”, atau kirim lagi nanti.",
        "apology_operator": "😔 Saya gagal mentranskripsi ini karena gangguan di pihak saya. Pengelola saya sudah diberi tahu; silakan coba lagi nanti.",
        "button_txt": "📄 TXT",
        "button_srt": "🎬 SRT",
        "button_vtt": "🎞 VTT",
        "button_json": "🧾 JSON",
        "button_translate": "🌐 Inggris",
        "button_summary": "📝 Ringkasan",
        "button_stop": "⏹ Hentikan",
        "button_again": "▶️ Mulai lagi",
        "button_chat": "💬 Buka obrolan saya",
        "button_retry": "🔁 Coba lagi",
        "button_settings": "⚙️ Pengaturan",
        # Answers to buttons and commands
        "expired": "Transkrip ini sudah tidak disimpan. Kirim ulang berkasnya.",
        "retry_started": "Dicoba lagi.",
        "retry_later": "Terlalu banyak permintaan Anda yang sedang dikerjakan. Tekan lagi semenit lagi.",
        "retry_refused": "Ini tidak bisa dicoba lagi. Kirim ulang berkasnya.",
        "unknown_button": "Tombol ini sudah tidak berfungsi. Kirim ulang berkasnya.",
        "guest_button": "Tombol ini hanya berfungsi di obrolan dengan saya. Buka obrolan itu dan kirim berkasnya di sana.",
        "unknown_command": "Saya tidak mengenal perintah ini. /help memuat daftar kemampuan saya.",
        "saved": "Disimpan.",
        "admins_only": "Hanya administrator yang boleh mengubah pengaturan obrolan ini. Silakan minta salah satu dari mereka.",
        "stop_done": "Dihentikan.",
        "stop_too_late": "Tidak ada lagi yang bisa dihentikan di sini.",
        "stop_not_yours": "Hanya yang memintanya, atau administrator, yang bisa menghentikan ini.",
        "translate_started": "Sedang diterjemahkan ke bahasa Inggris; hasilnya datang sebagai pesan tersendiri.",
        "summary": "📝 Ringkasan\n\n{text}",
        "summary_working": "📝 Sedang saya ringkas…",
        "summary_in_work": "Ringkasannya sedang dikerjakan; sebentar lagi datang.",
        "summary_failed": "😔 Saya belum bisa meringkas ini sekarang. Silakan tekan “Ringkasan” lagi beberapa menit lagi.",
        # The settings panel
        "settings_yours": "⚙️ Pengaturan Anda. Di grup, ini berlaku untuk hal yang tidak dipilih oleh grup.",
        "settings_group": "⚙️ Pengaturan obrolan ini",
        "settings_language": "🗣 Bahasa ucapan: {language}",
        "settings_format": "📄 Jawaban: {formats}",
        "settings_timestamps": "🕒 Waktu dalam teks: {switch}",
        "settings_speakers": "👥 Sebutkan siapa yang berbicara: {switch}",
        "settings_engine": "🎛 Mesin pengenal ucapan: {engine}",
        "settings_hints": "✏️ Nama dan istilah: {hints}",
        "settings_mode": "💬 Yang saya transkripsi: {mode}",
        "settings_lock": "🔐 Yang boleh mengubah pengaturan ini: {who}",
        "members_choice": "sesuai pilihan tiap anggota",
        "switched_on": "ya",
        "switched_off": "tidak",
        "lock_admins": "administrator",
        "lock_open": "semua orang",
        "button_language": "🗣 Bahasa",
        "button_format": "📄 Jawaban",
        "button_timestamps": "🕒 Waktu",
        "button_speakers": "👥 Pembicara",
        "button_engine": "🎛 Mesin",
        "button_hints": "✏️ Nama dan istilah",
        "button_mode": "💬 Yang ditranskripsi",
        "button_open": "🔐 Semua boleh ubah",
        "button_back": "‹ Kembali",
        "button_history": "🗂 Riwayat",
        "button_status": "⏳ Sedang dikerjakan",
        "button_privacy": "🔒 Privasi",
        "button_forget": "🗑 Lupakan saya",
        "button_forget_now": "🗑 Hapus semua sekarang",
        "forget_screen": "🗑 Hapus semua transkrip yang saya simpan untuk Anda, semua yang dibuat darinya, riwayat dan pengaturan Anda, dan hentikan yang sedang dikerjakan? Setelah itu tidak ada yang bisa dikembalikan.",
        "button_hints_clear": "🗑 Kosongkan daftar",
        "language_screen": "🗣 Bahasa apa yang diucapkan? Sekarang: {language}.\n\nBahasa lain: kirim /language dengan kode atau namanya, misalnya /language pl.",
        "language_detected": "dideteksi otomatis",
        "language_unknown": "Saya tidak mengenal bahasa ini. Kirim kode dua huruf atau namanya, misalnya /language de, atau /language auto agar saya deteksi sendiri.",
        "format_screen": "📄 Apa isi sebuah jawaban? Pilih sebanyak yang Anda suka; apa pun pilihannya, tombol di bawah jawaban memberikan selebihnya.",
        "format_text": "Teks",
        "format_unknown": "Kirim /format dengan satu atau lebih dari: {formats}. Misalnya: /format text srt",
        "format_last": "Jawaban tidak boleh kosong: pilih dulu bentuk yang lain.",
        "speakers_unavailable": "Saya tidak bisa menyebutkan siapa yang berbicara: pengelola saya harus mengatur mesin pengenal ucapan yang bisa, misalnya Deepgram.",
        "engine_screen": "🎛 Mesin pengenal ucapan mana yang saya pakai? Bila gagal, “otomatis” memakai yang lain.",
        "engine_auto": "otomatis",
        "engine_only": "🎛 Hanya ada satu mesin pengenal ucapan di sini, jadi tidak ada yang bisa dipilih: {engine}",
        "engine_unknown": "Saya tidak punya mesin pengenal ucapan itu. Kirim /engine dengan salah satu dari: {engines}.",
        "hints_screen": (
            "✏️ Nama dan istilah yang sering diucapkan, agar saya menulisnya dengan benar:\n\n{hints}\n\n"
            "Untuk mengaturnya, kirim paling banyak {limit}, dipisahkan koma: /hints Ada Lovelace, Kubernetes"
        ),
        "hints_none": "belum ada",
        "hints_usage": "Kirim paling banyak {limit} nama atau istilah, masing-masing paling panjang {characters} karakter, dipisahkan koma: /hints Ada Lovelace, Kubernetes",
        "hints_unavailable": "Mesin pengenal ucapan di sini tidak menerima daftar nama dan istilah, jadi tidak ada yang perlu diatur.",
        "mode_screen": "💬 Apa yang perlu saya transkripsi di obrolan ini?",
        "mode_on_request": "yang diminta",
        "mode_all": "semuanya",
        "mode_off": "tidak ada",
        "mode_hidden": (
            "⚠️ Telegram menyembunyikan dari saya apa yang dikirim di sini tanpa menyebut saya (mode privasi), jadi saya tidak melihat pesan suara. "
            "Jadikan @{username} administrator, atau matikan mode privasi di @BotFather dan tambahkan saya lagi ke obrolan ini."
        ),
        # History, work, figures
        "history_empty": "Tidak ada yang saya simpan untuk Anda di sini.",
        "history": {
            "other": "🗂 Saya menyimpan {count} transkrip untuk Anda (total {minutes} menit ucapan), masing-masing {days} hari. Tekan sebuah nomor untuk melihatnya lagi; /forget menghapus semuanya sekarang.",
        },
        "history_line": "{number}. {day} · {length}",
        "forgotten": {
            "other": "Selesai: {count} transkrip, semua yang dibuat darinya, dan pengaturan Anda sudah dihapus; yang sedang dikerjakan dihentikan.",
        },
        "status_empty": "Tidak ada milik Anda yang sedang dikerjakan. Kirim pesan suara, berkas audio, atau video.",
        "status": {
            "other": "⏳ Saya sedang mengerjakan {count} berkas untuk Anda. /cancel menghentikan semuanya.",
        },
        "status_line": "{number}. {what}: {state}",
        "status_queue": {
            "other": "Sekitar {count} permintaan dari semua pengguna menunggu dalam antrean.",
        },
        "media": "berkas",
        "media_voice": "pesan suara",
        "media_audio": "berkas audio",
        "media_video": "video",
        "media_video_note": "pesan video",
        "media_document": "dokumen",
        "media_length": "{what}, {length}",
        "state_queued": "menunggu giliran",
        "state_working": "sedang dikerjakan",
        "state_delivering": "jawabannya sedang dikirim",
        "state_done": "selesai",
        "state_failed": "tidak berhasil",
        "state_cancelled": "dihentikan",
        "button_stop_number": "⏹ Hentikan {number}",
        "cancelled_one": "⏹ Dihentikan: {what}.",
        "cancelled": {"other": "⏹ {count} berkas dihentikan."},
        "cancel_none": "Tidak ada milik Anda yang sedang dikerjakan, jadi tidak ada yang bisa dihentikan.",
        "cancel_late": "Sudah terlambat untuk menghentikan ini: jawabannya sedang dikirim.",
        "stats_today": "📊 Hari ini",
        "stats_week": "📊 7 hari terakhir",
        "stats": "Pengguna: {users}\nPermintaan: {jobs}\nMenit ucapan: {minutes}\nDijawab dari cache: {hits}\nBerhasil: {success}\nBiaya menurut daftar harga: {cost}",
        # The command menu
        "menu_help": "Kemampuan saya",
        "menu_start": "Salam pembuka",
        "menu_settings": "Pengaturan obrolan ini",
        "menu_format": "Pilih isi jawaban: teks, TXT, SRT…",
        "menu_engine": "Pilih mesin pengenal ucapan",
        "menu_hints": "Nama dan istilah yang akan muncul: /hints Ada, Kubernetes",
        "menu_status": "Apa yang sedang saya kerjakan untuk Anda",
        "menu_cancel": "Hentikan semua yang sedang saya kerjakan untuk Anda",
        "menu_stats": "Angka-angka untuk pengelola",
        "menu_language": "Atur bahasa ucapan: /language de",
        "menu_transcribe": "Sebagai balasan: transkripsikan pesan itu",
        "menu_history": "Apa yang masih saya simpan untuk Anda",
        "menu_forget": "Hapus semua yang saya simpan untuk Anda",
        "menu_privacy": "Apa yang terjadi dengan data Anda",
    },
)
