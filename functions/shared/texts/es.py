"""Spanish."""

from __future__ import annotations

from shared.texts.locale import Locale, one_or_other

LOCALE = Locale(
    name="Español",
    plural=one_or_other,
    decimal=",",
    group=".",
    percent="{}\N{NO-BREAK SPACE}%",
    second="s",
    date="{day} {month}",
    months=("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"),
    sentences={
        # Greetings and help
        "start": "👋 Envíame una nota de voz, un archivo de audio o un video y te devuelvo el texto.\n\n/help te cuenta qué más sé hacer.",
        "help": (
            "Envía o reenvía una nota de voz, un videomensaje, un archivo de audio o un video: te respondo con el texto.\n\n"
            "Los botones debajo de la respuesta la dan como archivo: TXT para leer, SRT y VTT como subtítulos, JSON con todos los tiempos.\n\n"
            "/settings – idioma, archivos, hablantes y más, con botones\n"
            "/language de – se habla en alemán (vale cualquier código de dos letras; auto lo detecta)\n"
            "/format text srt – qué incluye una respuesta\n"
            "/hints Ada, Kubernetes – nombres y términos que vas a usar\n"
            "/transcribe – en respuesta a un mensaje con audio o video, así se me usa en los grupos; mencionarme hace lo mismo\n"
            "/status, /cancel – lo que tengo en curso para ti, y cómo detenerlo\n"
            "/history – lo que todavía guardo para ti\n"
            "/forget – borrarlo todo ahora\n"
            "/privacy – qué pasa con tus datos\n\n"
            "Para un solo archivo, escríbelo como comentario del archivo: lang=de srt timestamps speakers translate."
        ),
        "privacy_media": "Tus archivos nunca se escriben en disco: pasan por la memoria hasta el motor de transcripción ({engine}) y desaparecen.",
        "privacy_local": "Tus archivos nunca se escriben en disco ni salen de esta máquina: el motor de transcripción ({engine}) trabaja aquí, en memoria.",
        "privacy_training": "En cada petición se le indica a Deepgram que no entrene sus modelos con ella.",
        "privacy_large_files": "Los archivos de más de 20 MiB se leen de Telegram por partes, también solo en memoria.",
        "privacy_kept": (
            "La transcripción se guarda {days} días, para responder al instante si llega el mismo archivo y para que los botones funcionen; después se borra. "
            "Ni las transcripciones ni los nombres de archivo quedan nunca en los registros."
        ),
        "privacy_file": "Todo lo que se guarda está en un único archivo en la máquina de mi operador.",
        "privacy_aws": "Todo lo que se guarda está en la propia cuenta de AWS de mi operador, región {region}.",
        "privacy_summary": "Solo si pulsas «Resumen», el texto se envía a un modelo de lenguaje ({model}).",
        "privacy_forget": "/forget borra ahora mismo todo lo que guardo para ti.",
        "group_hello": "👋 Gracias por invitarme. Respondan a una nota de voz o un video con /transcribe, o mencionen a @{username}, y contesto con el texto.",
        "group_hidden": (
            "🔒 Aquí Telegram solo me muestra los comandos, las menciones y las respuestas a mí, y nada más de lo que escriben. No necesito más para esto. "
            "Para que transcriba todas las notas de voz sin que me lo pidan, háganme administrador (o desactiven el modo de privacidad en @BotFather y agréguenme de nuevo) "
            "y elijan «todo» en los ajustes."
        ),
        "group_seen": "👀 Aquí puedo ver todos los mensajes, pero solo actúo cuando me lo piden. Para que transcriba todas las notas de voz, elijan «todo» en los ajustes.",
        "channel_hello": (
            "👋 Gracias por invitarme. En un canal guardo silencio hasta que sus administradores me necesiten: elijan en los ajustes qué transcribo, "
            "o respondan a una publicación con /transcribe."
        ),
        "hint": "Envíame una nota de voz, un archivo de audio o un video. /help te cuenta más.",
        # Refused before any work
        "empty_file": "Este archivo está vacío (0 bytes). Envíalo de nuevo, por favor.",
        "not_media": "Esto no es un archivo de audio o video que yo pueda leer. Envía una nota de voz, un archivo de audio o un video.",
        "no_sound": "Es una animación sin sonido, así que no hay nada que transcribir. Envía el video original.",
        "over_limit": "Este archivo ocupa {size}; como máximo puedo aceptar {limit}. Envía una versión más corta o más pequeña.",
        "over_bot_api": (
            "Este archivo ocupa {size}, pero sin el acceso a archivos grandes, que el operador de este bot no ha configurado, "
            "Telegram solo me da archivos de hasta {limit}. Envía una versión más pequeña, por ejemplo solo el sonido."
        ),
        "nothing_to_transcribe": "Responde con /transcribe a un mensaje que contenga una nota de voz, un audio o un video.",
        "guest_usage": "Mencióname al responder a un mensaje que contenga una nota de voz, un audio o un video, y contesto con el texto.",
        "caption_language": "Después de lang= necesito el código de dos letras de un idioma, por ejemplo lang=de, o bien lang=auto. Envíalo de nuevo así, por favor.",
        "caption_engine": "Después de engine= conozco estos nombres: {engines}. Envíalo de nuevo con uno de ellos, por favor.",
        "too_many_tasks": "Ya tienes {limit} archivos en curso. Envía el siguiente cuando termine uno de ellos.",
        "too_fast": "Han sido más de {limit} peticiones en un minuto. Inténtalo de nuevo en {seconds} s.",
        "crowded": "En este momento hay muchísimas peticiones. Envíalo de nuevo en {seconds} s, por favor.",
        "not_served": "Este bot no es para todo el mundo. Si debería serlo para ti, dile a su operador tu número: {number}",
        "daily_limit": "En estas 24 horas ya he transcrito tanto audio como puedo para una persona. Envíalo de nuevo en {wait}; lo que ya he oído antes lo respondo en cualquier momento.",
        # Work in progress
        "working": "🎧 Recibido, me pongo a ello…",
        "queued": "🎧 Recibido. Ahora mismo hay muchos archivos en curso: el tuyo es el número {count} de la cola.",
        "stage_fetching": "📥 Descargando… {share}",
        "stage_transcribing": "🎧 Transcribiendo… {share}",
        "stage_translating": "🌐 Traduciendo… {share}",
        "minutes_left": {
            "one": "falta cerca de {count} minuto",
            "other": "faltan unos {count} minutos",
        },
        "nearly_done": "falta menos de un minuto",
        "stopped": "⏹ Detenido, como pediste. Pulsa «Empezar de nuevo» si cambias de idea; lo que ya estaba hecho se conserva.",
        "waiting": "🎧 Este mismo archivo ya está en curso; recibirás el texto en cuanto esté listo.",
        # Answers
        "no_speech": "No he oído a nadie hablar en esta grabación.",
        "cut_short": "⚠️ El archivo termina antes de tiempo: solo se pudieron leer {got} de {declared}. Envíalo de nuevo si falta el final.",
        "gap": "[{start}–{end} sin transcribir]",
        "text_in_file": "El texto es largo ({pages} mensajes), así que aquí va el principio; el resto está en el archivo.",
        "done_files": {
            "one": "✅ Listo; el archivo está abajo.",
            "other": "✅ Listo; los {count} archivos están abajo.",
        },
        "translation": "🌐 En inglés:",
        "gaps": "⚠️ No se pudo transcribir una parte ({time}); los lugares están marcados. Envía el archivo de nuevo y lo intento otra vez con esas partes.",
        "doubtful": "⚠️ Costaba entender la grabación, así que puede haber errores en el texto.",
        "continued": "El texto no cabe en este mensaje; está completo en tu chat conmigo.",
        "speaker": "Hablante {number}",
        # Requests that cannot succeed
        "undecodable": "No pude leer este archivo: está dañado o no es un formato de audio o video. Prueba a enviarlo de nuevo, o como MP3 o M4A.",
        "no_audio_stream": "Este archivo no tiene pista de sonido, así que no hay nada que transcribir. Envía uno con sonido.",
        "unknown_codec": "No conozco el formato de sonido de este archivo ({codec}). Conviértelo a MP3 o M4A y envíalo de nuevo.",
        "gone": "Telegram ya no tiene este archivo. Envíalo de nuevo, por favor.",
        "not_for_bots": "Telegram no deja que los bots descarguen este archivo porque se ha compartido muchísimo. Guárdalo y envíamelo como archivo nuevo.",
        "too_long": "Esta grabación dura {got}; como máximo puedo aceptar {limit}. Envíala por partes.",
        "no_translation": "No puedo traducir: mi operador no ha configurado ningún servicio que lo haga. Puedo transcribirla en su propio idioma: envíala de nuevo sin «translate».",
        # Failures that are ours
        "apology": "😔 No pude transcribir esto: el servicio de transcripción no respondió. No se ha perdido nada; pulsa «Reintentar» o envíalo de nuevo más tarde.",
        "apology_operator": "😔 No pude transcribir esto por un fallo mío. Mi operador ya está avisado; inténtalo de nuevo más tarde, por favor.",
        "button_txt": "📄 TXT",
        "button_srt": "🎬 SRT",
        "button_vtt": "🎞 VTT",
        "button_json": "🧾 JSON",
        "button_translate": "🌐 Inglés",
        "button_summary": "📝 Resumen",
        "button_stop": "⏹ Detener",
        "button_again": "▶️ Empezar de nuevo",
        "button_chat": "💬 Abrir mi chat",
        "button_retry": "🔁 Reintentar",
        "button_settings": "⚙️ Ajustes",
        # Answers to buttons and commands
        "expired": "Esta transcripción ya no está guardada. Envía el archivo de nuevo.",
        "retry_started": "Lo intento otra vez.",
        "retry_later": "Ahora mismo tienes demasiadas peticiones en curso. Pulsa de nuevo dentro de un minuto.",
        "retry_refused": "Esto no se puede reintentar. Envía el archivo otra vez.",
        "unknown_button": "Este botón ya no funciona. Envía el archivo de nuevo.",
        "guest_button": "Este botón solo funciona en un chat conmigo. Abre uno y envíame allí el archivo.",
        "unknown_command": "No conozco este comando. En /help está lo que sé hacer.",
        "saved": "Guardado.",
        "admins_only": "Solo los administradores pueden cambiar los ajustes de este chat. Pídeselo a uno de ellos.",
        "stop_done": "Detenido.",
        "stop_too_late": "Aquí ya no queda nada que detener.",
        "stop_not_yours": "Esto solo lo puede detener quien lo pidió o un administrador.",
        "translate_started": "Traduciendo al inglés; llegará en un mensaje aparte.",
        "summary": "📝 Resumen\n\n{text}",
        "summary_working": "📝 Resumiendo…",
        "summary_in_work": "El resumen ya está en curso; llega en un momento.",
        "summary_failed": "😔 Ahora mismo no pude resumirlo. Pulsa «Resumen» de nuevo en unos minutos, por favor.",
        # The settings panel
        "settings_yours": "⚙️ Tus ajustes. En los grupos valen donde el grupo no haya elegido nada.",
        "settings_group": "⚙️ Los ajustes de este chat",
        "settings_language": "🗣 Idioma hablado: {language}",
        "settings_format": "📄 Respuesta: {formats}",
        "settings_timestamps": "🕒 Tiempos en el texto: {switch}",
        "settings_speakers": "👥 Indicar quién habla: {switch}",
        "settings_engine": "🎛 Motor de transcripción: {engine}",
        "settings_hints": "✏️ Nombres y términos: {hints}",
        "settings_mode": "💬 Transcribo: {mode}",
        "settings_lock": "🔐 Pueden cambiar estos ajustes: {who}",
        "members_choice": "lo que eligió cada miembro",
        "switched_on": "sí",
        "switched_off": "no",
        "lock_admins": "los administradores",
        "lock_open": "todos",
        "button_language": "🗣 Idioma",
        "button_format": "📄 Respuesta",
        "button_timestamps": "🕒 Tiempos",
        "button_speakers": "👥 Hablantes",
        "button_engine": "🎛 Motor",
        "button_hints": "✏️ Nombres y términos",
        "button_mode": "💬 Qué transcribo",
        "button_open": "🔐 Todos pueden cambiar",
        "button_back": "‹ Volver",
        "button_history": "🗂 Historial",
        "button_status": "⏳ En curso",
        "button_privacy": "🔒 Privacidad",
        "button_forget": "🗑 Olvídame",
        "button_forget_now": "🗑 Borrarlo todo ya",
        "forget_screen": "🗑 ¿Borro todas las transcripciones que guardo para ti, lo que se hizo con ellas, tu historial y tus ajustes, y detengo lo que está en curso? No se podrá recuperar nada.",
        "button_hints_clear": "🗑 Vaciar la lista",
        "language_screen": "🗣 ¿En qué idioma se habla? Ahora: {language}.\n\nPara cualquier otro, envía /language con su código o su nombre, por ejemplo /language pl.",
        "language_detected": "detectado",
        "language_unknown": "No conozco este idioma. Envía su código de dos letras o su nombre, por ejemplo /language de, o /language auto para que lo detecte.",
        "format_screen": "📄 ¿Qué debe incluir una respuesta? Elige todo lo que quieras; en cualquier caso, los botones debajo de la respuesta dan lo demás.",
        "format_text": "Texto",
        "format_unknown": "Envía /format con una o más de estas palabras: {formats}. Por ejemplo: /format text srt",
        "format_last": "Una respuesta no puede quedar vacía: elige antes otra forma.",
        "speakers_unavailable": "No puedo indicar quién habla: mi operador tendría que configurar un motor que sepa hacerlo, como Deepgram.",
        "engine_screen": "🎛 ¿Qué motor de transcripción uso? Si falla, «automático» toma otro.",
        "engine_auto": "automático",
        "engine_only": "🎛 Aquí hay un solo motor de transcripción, así que no hay nada que elegir: {engine}",
        "engine_unknown": "No tengo ese motor de transcripción. Envía /engine con uno de estos: {engines}.",
        "hints_screen": (
            "✏️ Nombres y términos que se dicen a menudo, para que los escriba bien:\n\n{hints}\n\n"
            "Para cambiarlos, envía hasta {limit}, separados por comas: /hints Ada Lovelace, Kubernetes"
        ),
        "hints_none": "todavía ninguno",
        "hints_usage": "Envía hasta {limit} nombres o términos de {characters} caracteres como máximo cada uno, separados por comas: /hints Ada Lovelace, Kubernetes",
        "hints_unavailable": "El motor de transcripción de aquí no admite listas de nombres y términos, así que no hay nada que ajustar.",
        "mode_screen": "💬 ¿Qué transcribo en este chat?",
        "mode_on_request": "lo que me pidan",
        "mode_all": "todo",
        "mode_off": "nada",
        "mode_hidden": (
            "⚠️ Telegram me oculta lo que se envía aquí sin nombrarme (modo de privacidad), así que no veo las notas de voz. "
            "Hagan administrador a @{username}, o desactiven el modo de privacidad en @BotFather y agréguenme de nuevo al chat."
        ),
        # History, work, figures
        "history_empty": "Aquí no guardo nada para ti.",
        "history": {
            "one": "🗂 Guardo {count} transcripción para ti ({minutes} min de voz), durante {days} días. Pulsa su número para verla de nuevo; /forget la borra ahora.",
            "other": "🗂 Guardo {count} transcripciones para ti ({minutes} min de voz en total), cada una durante {days} días. Pulsa un número para ver una de nuevo; /forget las borra todas ahora.",
        },
        "history_line": "{number}. {day} · {length}",
        "forgotten": {
            "one": "Listo: borré {count} transcripción, lo que se hizo con ella y tus ajustes; lo que estaba en curso se detuvo.",
            "other": "Listo: borré {count} transcripciones, lo que se hizo con ellas y tus ajustes; lo que estaba en curso se detuvo.",
        },
        "status_empty": "No tengo nada tuyo en curso. Envíame una nota de voz, un archivo de audio o un video.",
        "status": {
            "one": "⏳ Estoy trabajando en {count} archivo para ti. /cancel lo detiene.",
            "other": "⏳ Estoy trabajando en {count} archivos para ti. /cancel los detiene todos.",
        },
        "status_line": "{number}. {what}: {state}",
        "status_queue": {
            "one": "En la cola espera cerca de {count} petición de todos mis usuarios.",
            "other": "En la cola esperan unas {count} peticiones de todos mis usuarios.",
        },
        "media": "archivo",
        "media_voice": "nota de voz",
        "media_audio": "archivo de audio",
        "media_video": "video",
        "media_video_note": "videomensaje",
        "media_document": "documento",
        "media_length": "{what}, {length}",
        "state_queued": "espera su turno",
        "state_working": "en curso",
        "state_delivering": "la respuesta está en camino",
        "state_done": "ya está",
        "state_failed": "no se pudo",
        "state_cancelled": "se detuvo",
        "button_stop_number": "⏹ Detener {number}",
        "cancelled_one": "⏹ Detenido: {what}.",
        "cancelled": {
            "one": "⏹ Detuve {count} archivo.",
            "other": "⏹ Detuve {count} archivos.",
        },
        "cancel_none": "No tengo nada tuyo en curso, así que no hay nada que detener.",
        "cancel_late": "Ya es tarde para detenerlo: la respuesta está en camino.",
        "stats_today": "📊 Hoy",
        "stats_week": "📊 Los últimos 7 días",
        "stats": "Usuarios: {users}\nPeticiones: {jobs}\nMinutos de voz: {minutes}\nRespondidas desde la caché: {hits}\nÉxito: {success}\nCosto a precios de lista: {cost}",
        # The command menu
        "menu_help": "Qué sé hacer",
        "menu_start": "Saludar",
        "menu_settings": "Ajustes de este chat",
        "menu_format": "Elegir qué incluye una respuesta: texto, TXT, SRT…",
        "menu_engine": "Elegir el motor de transcripción",
        "menu_hints": "Nombres y términos que se dirán: /hints Ada, Kubernetes",
        "menu_status": "Lo que tengo en curso para ti",
        "menu_cancel": "Detener todo lo que tengo en curso para ti",
        "menu_stats": "Cifras para el operador",
        "menu_language": "Fijar el idioma hablado: /language de",
        "menu_transcribe": "Como respuesta: transcribir ese mensaje",
        "menu_history": "Lo que todavía guardo para ti",
        "menu_forget": "Borrar todo lo que guardo para ti",
        "menu_privacy": "Qué pasa con tus datos",
    },
)
