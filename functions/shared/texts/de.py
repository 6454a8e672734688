"""German."""

from __future__ import annotations

from shared.texts.locale import Locale, one_or_other

LOCALE = Locale(
    name="Deutsch",
    plural=one_or_other,
    decimal=",",
    group=".",
    percent="{}\N{NO-BREAK SPACE}%",
    second="s",
    date="{day}. {month}",
    months=(
        "Jan.",
        "Feb.",
        "März",
        "Apr.",
        "Mai",
        "Juni",
        "Juli",
        "Aug.",
        "Sept.",
        "Okt.",
        "Nov.",
        "Dez.",
    ),
    sentences={
        # Greetings and help
        "start": "👋 Schick mir eine Sprachnachricht, eine Audiodatei oder ein Video, und ich antworte mit dem Text.\n\n/help erzählt, was ich noch kann.",
        "help": (
            "Schick mir eine Sprachnachricht, eine Videonachricht, eine Audio- oder Videodatei oder leite sie mir weiter: Ich antworte mit dem Text.\n\n"
            "Die Knöpfe unter der Antwort geben sie als Datei: TXT zum Lesen, SRT und VTT als Untertitel, JSON mit allen Zeiten.\n\n"
            "/settings – Sprache, Dateien, Sprecher und mehr, mit Knöpfen\n"
            "/language de – es wird Deutsch gesprochen (jeder Code aus zwei Buchstaben geht; auto erkennt die Sprache)\n"
            "/format text srt – was eine Antwort enthält\n"
            "/hints Ada, Kubernetes – Namen und Begriffe, die vorkommen werden\n"
            "/transcribe – als Antwort auf eine Nachricht mit Ton oder Video, so benutzt man mich in Gruppen; mich zu erwähnen bewirkt dasselbe\n"
            "/status, /cancel – woran ich für dich arbeite, und wie du es stoppst\n"
            "/history – was ich noch für dich aufbewahre\n"
            "/forget – alles sofort löschen\n"
            "/privacy – was mit deinen Daten geschieht\n\n"
            "Nur für eine einzelne Datei: schreib es in die Beschriftung der Datei, etwa lang=de srt timestamps speakers translate."
        ),
        "privacy_media": "Deine Aufnahmen werden nie auf eine Festplatte geschrieben: Sie gehen durch den Arbeitsspeicher zur Spracherkennung ({engine}) und sind dann weg.",
        "privacy_local": "Deine Aufnahmen werden nie auf eine Festplatte geschrieben und verlassen diesen Rechner nie: Die Spracherkennung ({engine}) läuft hier, im Arbeitsspeicher.",
        "privacy_training": "Deepgram wird bei jeder Anfrage angewiesen, seine Modelle nicht damit zu trainieren.",
        "privacy_large_files": "Dateien über 20 MiB werden Stück für Stück von Telegram gelesen, ebenfalls nur durch den Arbeitsspeicher.",
        "privacy_kept": (
            "Das Transkript wird {days} Tage aufbewahrt, damit dieselbe Datei sofort beantwortet wird und die Knöpfe funktionieren; danach wird es gelöscht. "
            "Kein Transkript und kein Dateiname wird je protokolliert."
        ),
        "privacy_file": "Alles, was aufbewahrt wird, liegt in einer einzigen Datei auf dem Rechner meines Betreibers.",
        "privacy_aws": "Alles, was aufbewahrt wird, liegt im eigenen AWS-Konto meines Betreibers, Region {region}.",
        "privacy_summary": "Nur wenn du auf „Zusammenfassung“ tippst, geht der Text an ein Sprachmodell ({model}).",
        "privacy_forget": "/forget löscht sofort alles, was ich für dich aufbewahre.",
        "group_hello": "👋 Danke für die Einladung. Antwortet mit /transcribe auf eine Sprachnachricht oder ein Video, oder erwähnt @{username}, und ich antworte mit dem Text.",
        "group_hidden": (
            "🔒 Telegram zeigt mir hier nur Befehle, Erwähnungen und Antworten an mich, und sonst nichts von dem, was ihr schreibt. Mehr brauche ich dafür nicht. "
            "Soll ich jede Sprachnachricht ungefragt transkribieren, macht mich zum Administrator (oder schaltet bei @BotFather den Datenschutzmodus, „privacy mode“, aus und fügt mich neu hinzu) "
            "und wählt dann in den Einstellungen „alles“."
        ),
        "group_seen": "👀 Ich kann hier jede Nachricht sehen, werde aber nur auf Wunsch tätig. Soll ich jede Sprachnachricht transkribieren, wählt in den Einstellungen „alles“.",
        "channel_hello": (
            "👋 Danke für die Einladung. In einem Kanal schweige ich, bis seine Administratoren mich brauchen: Wählt in den Einstellungen, was ich transkribiere, "
            "oder antwortet mit /transcribe auf einen Beitrag."
        ),
        "hint": "Schick mir eine Sprachnachricht, eine Audiodatei oder ein Video. Mehr erzählt /help.",
        # Refused before any work
        "empty_file": "Diese Datei ist leer (0 Bytes). Bitte schick sie noch einmal.",
        "not_media": "Das ist keine Audio- oder Videodatei, die ich lesen kann. Schick eine Sprachnachricht, eine Audiodatei oder ein Video.",
        "no_sound": "Das ist eine Animation ohne Ton, da gibt es nichts zu transkribieren. Schick das ursprüngliche Video.",
        "over_limit": "Diese Datei ist {size} groß; mehr als {limit} kann ich nicht annehmen. Schick eine kürzere oder kleinere Fassung.",
        "over_bot_api": (
            "Diese Datei ist {size} groß, aber ohne Zugang zu großen Dateien, den der Betreiber dieses Bots nicht eingerichtet hat, "
            "gibt Telegram mir nur Dateien bis {limit}. Schick eine kleinere Fassung, zum Beispiel nur den Ton."
        ),
        "nothing_to_transcribe": "Antworte mit /transcribe auf eine Nachricht mit einer Sprachnachricht, einer Audiodatei oder einem Video.",
        "guest_usage": "Erwähne mich in einer Antwort auf eine Nachricht mit einer Sprachnachricht, einer Audiodatei oder einem Video, und ich antworte mit dem Text.",
        "caption_language": "Nach lang= brauche ich den Code einer Sprache aus zwei Buchstaben, zum Beispiel lang=de, oder lang=auto. Bitte schick es so noch einmal.",
        "caption_engine": "Nach engine= kenne ich diese Namen: {engines}. Bitte schick es mit einem davon noch einmal.",
        "too_many_tasks": "Du hast schon {limit} Dateien in Arbeit. Schick die nächste, wenn eine davon fertig ist.",
        "too_fast": "Das waren mehr als {limit} Anfragen in einer Minute. Bitte versuch es in {seconds} s noch einmal.",
        "crowded": "Im Augenblick fragen sehr viele. Bitte schick es in {seconds} s noch einmal.",
        "not_served": "Dieser Bot ist nicht für alle da. Wenn er es für dich sein soll, sag seinem Betreiber deine Nummer: {number}",
        "daily_limit": "In diesen 24 Stunden habe ich so viel Ton aufgeschrieben, wie ich für eine Person darf. Schick es in {wait} noch einmal; was ich schon gehört habe, beantworte ich jederzeit.",
        # Work in progress
        "working": "🎧 Angekommen, ich bin dran …",
        "queued": "🎧 Angekommen. Gerade sind viele Dateien in Arbeit: Deine ist Nummer {count} in der Warteschlange.",
        "stage_fetching": "📥 Lade herunter … {share}",
        "stage_transcribing": "🎧 Transkribiere … {share}",
        "stage_translating": "🌐 Übersetze … {share}",
        "minutes_left": {"one": "noch etwa {count} Minute", "other": "noch etwa {count} Minuten"},
        "nearly_done": "noch weniger als eine Minute",
        "stopped": "⏹ Gestoppt, wie gewünscht. Wenn du es dir anders überlegst, tippe auf „Neu starten“; was schon fertig war, bleibt erhalten.",
        "waiting": "🎧 Dieselbe Datei ist schon in Arbeit; du bekommst den Text, sobald er da ist.",
        # Answers
        "no_speech": "In dieser Aufnahme habe ich niemanden sprechen gehört.",
        "cut_short": "⚠️ Die Datei endet zu früh: Nur {got} von {declared} waren lesbar. Schick sie noch einmal, wenn das Ende fehlt.",
        "gap": "[{start}–{end} nicht transkribiert]",
        "text_in_file": "Der Text ist lang ({pages} Nachrichten), deshalb steht hier sein Anfang; der Rest ist in der Datei.",
        "done_files": {
            "one": "✅ Fertig; die Datei findest du unten.",
            "other": "✅ Fertig; die {count} Dateien findest du unten.",
        },
        "translation": "🌐 Auf Englisch:",
        "gaps": "⚠️ Davon ließen sich {time} nicht transkribieren; die Stellen sind markiert. Schick die Datei noch einmal, dann versuche ich sie erneut.",
        "doubtful": "⚠️ Die Aufnahme war schwer zu verstehen, deshalb kann der Text stellenweise falsch sein.",
        "continued": "Der Text ist länger als diese Nachricht; ganz steht er in deinem Chat mit mir.",
        "speaker": "Sprecher {number}",
        # Requests that cannot succeed
        "undecodable": "Ich konnte diese Datei nicht lesen: Sie ist beschädigt oder kein Audio- oder Videoformat. Schick sie noch einmal, oder als MP3 oder M4A.",
        "no_audio_stream": "Diese Datei hat keine Tonspur, da gibt es nichts zu transkribieren. Schick eine mit Ton.",
        "unknown_codec": "Das Tonformat dieser Datei kenne ich nicht ({codec}). Wandle sie in MP3 oder M4A um und schick sie noch einmal.",
        "gone": "Telegram hat diese Datei nicht mehr. Bitte schick sie noch einmal.",
        "not_for_bots": "Telegram lässt Bots diese Datei nicht herunterladen, weil sie so oft geteilt wurde. Speichere sie und schick sie mir als neue Datei.",
        "too_long": "Diese Aufnahme ist {got} lang; mehr als {limit} kann ich nicht annehmen. Schick sie in Teilen.",
        "no_translation": "Ich kann nicht übersetzen: Mein Betreiber hat keinen Dienst dafür eingerichtet. Ich kann es in der Originalsprache aufschreiben: Schick es noch einmal ohne „translate“.",
        # Failures that are ours
        "apology": "😔 Ich konnte das nicht transkribieren: Die Spracherkennung hat nicht geantwortet. Nichts ist verloren; tippe auf „Noch einmal“ oder schick es später erneut.",
        "apology_operator": "😔 Ich konnte das wegen eines Fehlers bei mir nicht transkribieren. Mein Betreiber weiß Bescheid; bitte versuch es später noch einmal.",
        "button_txt": "📄 TXT",
        "button_srt": "🎬 SRT",
        "button_vtt": "🎞 VTT",
        "button_json": "🧾 JSON",
        "button_translate": "🌐 Englisch",
        "button_summary": "📝 Zusammenfassung",
        "button_stop": "⏹ Stopp",
        "button_again": "▶️ Neu starten",
        "button_chat": "💬 Chat mit mir öffnen",
        "button_retry": "🔁 Noch einmal",
        "button_settings": "⚙️ Einstellungen",
        # Answers to buttons and commands
        "expired": "Dieses Transkript wird nicht mehr aufbewahrt. Schick die Datei noch einmal.",
        "retry_started": "Ich versuche es noch einmal.",
        "retry_later": "Du hast gerade zu viele Anfragen in Arbeit. Tippe in einer Minute noch einmal.",
        "retry_refused": "Das lässt sich nicht wiederholen. Schick die Datei noch einmal.",
        "unknown_button": "Dieser Knopf funktioniert nicht mehr. Schick die Datei noch einmal.",
        "guest_button": "Dieser Knopf funktioniert nur in einem Chat mit mir. Öffne einen und schick mir die Datei dort.",
        "unknown_command": "Diesen Befehl kenne ich nicht. /help zählt auf, was ich kann.",
        "saved": "Gespeichert.",
        "admins_only": "Die Einstellungen dieses Chats dürfen nur Administratoren ändern. Bitte frag einen von ihnen.",
        "stop_done": "Gestoppt.",
        "stop_too_late": "Hier gibt es nichts mehr zu stoppen.",
        "stop_not_yours": "Stoppen kann das nur, wer es angefordert hat, oder ein Administrator.",
        "translate_started": "Ich übersetze ins Englische; das kommt als eigene Nachricht.",
        "summary": "📝 Zusammenfassung\n\n{text}",
        "summary_working": "📝 Ich fasse zusammen …",
        "summary_in_work": "Die Zusammenfassung ist schon in Arbeit; sie kommt gleich.",
        "summary_failed": "😔 Das konnte ich gerade nicht zusammenfassen. Bitte tippe in ein paar Minuten noch einmal auf „Zusammenfassung“.",
        # The settings panel
        "settings_yours": "⚙️ Deine Einstellungen. In Gruppen gelten sie, wo die Gruppe nichts gewählt hat.",
        "settings_group": "⚙️ Die Einstellungen dieses Chats",
        "settings_language": "🗣 Gesprochene Sprache: {language}",
        "settings_format": "📄 Antwort: {formats}",
        "settings_timestamps": "🕒 Zeiten im Text: {switch}",
        "settings_speakers": "👥 Angeben, wer spricht: {switch}",
        "settings_engine": "🎛 Spracherkennung: {engine}",
        "settings_hints": "✏️ Namen und Begriffe: {hints}",
        "settings_mode": "💬 Ich transkribiere: {mode}",
        "settings_lock": "🔐 Diese Einstellungen dürfen ändern: {who}",
        "members_choice": "wie von jedem Mitglied gewählt",
        "switched_on": "an",
        "switched_off": "aus",
        "lock_admins": "Administratoren",
        "lock_open": "alle",
        "button_language": "🗣 Sprache",
        "button_format": "📄 Antwort",
        "button_timestamps": "🕒 Zeiten",
        "button_speakers": "👥 Sprecher",
        "button_engine": "🎛 Spracherkennung",
        "button_hints": "✏️ Namen und Begriffe",
        "button_mode": "💬 Was ich transkribiere",
        "button_open": "🔐 Alle dürfen ändern",
        "button_back": "‹ Zurück",
        "button_history": "🗂 Verlauf",
        "button_status": "⏳ In Arbeit",
        "button_privacy": "🔒 Datenschutz",
        "button_forget": "🗑 Vergiss mich",
        "button_forget_now": "🗑 Jetzt alles löschen",
        "forget_screen": "🗑 Soll ich alle Transkripte löschen, die ich für dich aufbewahre, was daraus gemacht wurde, deinen Verlauf und deine Einstellungen, und stoppen, was in Arbeit ist? Zurückholen lässt sich nichts davon.",
        "button_hints_clear": "🗑 Liste leeren",
        "language_screen": "🗣 Welche Sprache wird gesprochen? Jetzt: {language}.\n\nJede andere: Schick /language mit ihrem Code oder Namen, zum Beispiel /language pl.",
        "language_detected": "automatisch erkannt",
        "language_unknown": "Diese Sprache kenne ich nicht. Schick ihren Code aus zwei Buchstaben oder ihren Namen, zum Beispiel /language de, oder /language auto, dann erkenne ich sie selbst.",
        "format_screen": "📄 Was soll eine Antwort enthalten? Wähle, so viel du magst; alles andere geben in jedem Fall die Knöpfe unter der Antwort.",
        "format_text": "Text",
        "format_unknown": "Schick /format mit einem oder mehreren von: {formats}. Zum Beispiel: /format text srt",
        "format_last": "Eine Antwort kann nicht leer sein: Wähle erst eine andere Form.",
        "speakers_unavailable": "Ich kann nicht angeben, wer spricht: Mein Betreiber müsste eine Spracherkennung einrichten, die das kann, etwa Deepgram.",
        "engine_screen": "🎛 Welche Spracherkennung soll ich benutzen? Fällt sie aus, nimmt „automatisch“ eine andere.",
        "engine_auto": "automatisch",
        "engine_only": "🎛 Hier gibt es nur eine Spracherkennung, also nichts zu wählen: {engine}",
        "engine_unknown": "Diese Spracherkennung habe ich nicht. Schick /engine mit einem von: {engines}.",
        "hints_screen": (
            "✏️ Namen und Begriffe, die oft fallen, damit ich sie richtig schreibe:\n\n{hints}\n\n"
            "Zum Ändern schick bis zu {limit}, durch Kommas getrennt: /hints Ada Lovelace, Kubernetes"
        ),
        "hints_none": "noch keine",
        "hints_usage": "Schick bis zu {limit} Namen oder Begriffe mit jeweils höchstens {characters} Zeichen, durch Kommas getrennt: /hints Ada Lovelace, Kubernetes",
        "hints_unavailable": "Die Spracherkennung hier nimmt keine Liste von Namen und Begriffen an, es gibt also nichts einzustellen.",
        "mode_screen": "💬 Was soll ich in diesem Chat transkribieren?",
        "mode_on_request": "worum man mich bittet",
        "mode_all": "alles",
        "mode_off": "nichts",
        "mode_hidden": (
            "⚠️ Telegram verbirgt vor mir, was hier gesendet wird, ohne mich zu nennen (Datenschutzmodus, „privacy mode“), deshalb sehe ich keine Sprachnachrichten. "
            "Macht @{username} zum Administrator, oder schaltet den Datenschutzmodus bei @BotFather aus und fügt mich neu zum Chat hinzu."
        ),
        # History, work, figures
        "history_empty": "Hier bewahre ich nichts für dich auf.",
        "history": {
            "one": "🗂 Ich bewahre {count} Transkript für dich auf ({minutes} Min. Sprache), {days} Tage lang. Tippe auf seine Nummer, um es wieder zu sehen; /forget löscht es sofort.",
            "other": "🗂 Ich bewahre {count} Transkripte für dich auf (zusammen {minutes} Min. Sprache), jedes {days} Tage lang. Tippe auf eine Nummer, um eines wieder zu sehen; /forget löscht alle sofort.",
        },
        "history_line": "{number}. {day} · {length}",
        "forgotten": {
            "one": "Erledigt: {count} Transkript, was daraus gemacht wurde und deine Einstellungen sind gelöscht; was in Arbeit war, ist gestoppt.",
            "other": "Erledigt: {count} Transkripte, was daraus gemacht wurde und deine Einstellungen sind gelöscht; was in Arbeit war, ist gestoppt.",
        },
        "status_empty": "Von dir ist nichts in Arbeit. Schick mir eine Sprachnachricht, eine Audiodatei oder ein Video.",
        "status": {
            "one": "⏳ Ich arbeite für dich an {count} Datei. /cancel stoppt sie.",
            "other": "⏳ Ich arbeite für dich an {count} Dateien. /cancel stoppt sie alle.",
        },
        "status_line": "{number}. {what}: {state}",
        "status_queue": {
            "one": "In der Schlange wartet etwa {count} Anfrage von allen, die mich benutzen.",
            "other": "In der Schlange warten etwa {count} Anfragen von allen, die mich benutzen.",
        },
        "media": "Datei",
        "media_voice": "Sprachnachricht",
        "media_audio": "Audiodatei",
        "media_video": "Video",
        "media_video_note": "Videonachricht",
        "media_document": "Dokument",
        "media_length": "{what}, {length}",
        "state_queued": "in der Warteschlange",
        "state_working": "in Arbeit",
        "state_delivering": "die Antwort ist unterwegs",
        "state_done": "fertig",
        "state_failed": "nicht gelungen",
        "state_cancelled": "gestoppt",
        "button_stop_number": "⏹ {number} stoppen",
        "cancelled_one": "⏹ Gestoppt: {what}.",
        "cancelled": {
            "one": "⏹ {count} Datei gestoppt.",
            "other": "⏹ {count} Dateien gestoppt.",
        },
        "cancel_none": "Von dir ist nichts in Arbeit, also gibt es nichts zu stoppen.",
        "cancel_late": "Zum Stoppen ist es zu spät: Die Antwort ist unterwegs.",
        "stats_today": "📊 Heute",
        "stats_week": "📊 Die letzten 7 Tage",
        "stats": "Nutzer: {users}\nAnfragen: {jobs}\nMinuten Sprache: {minutes}\nAus dem Cache beantwortet: {hits}\nErfolg: {success}\nKosten nach Listenpreis: {cost}",
        # The command menu
        "menu_help": "Was ich kann",
        "menu_start": "Hallo sagen",
        "menu_settings": "Einstellungen dieses Chats",
        "menu_format": "Wählen, was eine Antwort enthält: Text, TXT, SRT …",
        "menu_engine": "Die Spracherkennung wählen",
        "menu_hints": "Namen und Begriffe, die vorkommen: /hints Ada, Kubernetes",
        "menu_status": "Woran ich für dich arbeite",
        "menu_cancel": "Alles stoppen, woran ich für dich arbeite",
        "menu_stats": "Zahlen für den Betreiber",
        "menu_language": "Die gesprochene Sprache festlegen: /language de",
        "menu_transcribe": "Als Antwort: diese Nachricht transkribieren",
        "menu_history": "Was ich noch für dich aufbewahre",
        "menu_forget": "Alles löschen, was ich für dich aufbewahre",
        "menu_privacy": "Was mit deinen Daten geschieht",
    },
)
