"""Portuguese, as written in Brazil."""

from __future__ import annotations

from shared.texts.locale import Locale, up_to_one_or_other

LOCALE = Locale(
    name="Português",
    plural=up_to_one_or_other,
    decimal=",",
    group=".",
    percent="{}%",
    second="s",
    date="{day} de {month}",
    months=(
        "jan.",
        "fev.",
        "mar.",
        "abr.",
        "mai.",
        "jun.",
        "jul.",
        "ago.",
        "set.",
        "out.",
        "nov.",
        "dez.",
    ),
    sentences={
        # Greetings and help
        "start": "👋 Me envie uma mensagem de voz, um arquivo de áudio ou um vídeo, e eu devolvo o texto.\n\n/help conta o que mais eu sei fazer.",
        "help": (
            "Envie ou encaminhe uma mensagem de voz, uma mensagem de vídeo, um arquivo de áudio ou um vídeo: eu respondo com o texto.\n\n"
            "Os botões abaixo da resposta dão o texto como arquivo: TXT para ler, SRT e VTT como legendas, JSON com todos os tempos.\n\n"
            "/settings – idioma, arquivos, falantes e mais, com botões\n"
            "/language de – a fala é em alemão (vale qualquer código de duas letras; auto detecta sozinho)\n"
            "/format text srt – o que uma resposta contém\n"
            "/hints Ada, Kubernetes – nomes e termos que você vai usar\n"
            "/transcribe – em resposta a uma mensagem com áudio ou vídeo, o jeito de me usar em grupos; mencionar meu nome faz o mesmo\n"
            "/status, /cancel – o que estou fazendo para você, e como parar\n"
            "/history – o que ainda guardo para você\n"
            "/forget – apagar tudo agora\n"
            "/privacy – o que acontece com os seus dados\n\n"
            "Para um só arquivo, escreva na legenda dele: lang=de srt timestamps speakers translate."
        ),
        "privacy_media": "Sua mídia nunca é gravada em disco: ela passa pela memória até o motor de transcrição ({engine}) e some.",
        "privacy_local": "Sua mídia nunca é gravada em disco e nunca sai desta máquina: o motor de transcrição ({engine}) roda aqui, na memória.",
        "privacy_training": "Em cada pedido, a Deepgram é instruída a não treinar seus modelos com ele.",
        "privacy_large_files": "Arquivos acima de 20 MiB são lidos do Telegram por partes, também só na memória.",
        "privacy_kept": (
            "A transcrição fica guardada por {days} dias, para que o mesmo arquivo seja respondido na hora e os botões funcionem; depois é apagada. "
            "Nenhuma transcrição e nenhum nome de arquivo vai para os registros."
        ),
        "privacy_file": "Tudo o que fica guardado está em um único arquivo na máquina do meu operador.",
        "privacy_aws": "Tudo o que fica guardado está na própria conta da AWS do meu operador, região {region}.",
        "privacy_summary": "Só se você tocar em “Resumo”, o texto é enviado a um modelo de linguagem ({model}).",
        "privacy_forget": "/forget apaga agora tudo o que guardo para você.",
        "group_hello": "👋 Obrigado pelo convite. Respondam a uma mensagem de voz ou a um vídeo com /transcribe, ou mencionem @{username}, e eu respondo com o texto.",
        "group_hidden": (
            "🔒 Aqui o Telegram só me mostra comandos, menções e respostas a mim, e mais nada do que vocês escrevem. Não preciso de mais do que isso. "
            "Para eu transcrever toda mensagem de voz sem que ninguém peça, me tornem administrador (ou desativem o modo de privacidade no @BotFather e me adicionem de novo) "
            "e escolham “tudo” nas configurações."
        ),
        "group_seen": "👀 Aqui eu vejo todas as mensagens, mas só ajo quando alguém pede. Para eu transcrever toda mensagem de voz, escolham “tudo” nas configurações.",
        "channel_hello": (
            "👋 Obrigado pelo convite. Em um canal fico em silêncio até que os administradores precisem de mim: escolham nas configurações o que eu transcrevo, "
            "ou respondam a uma publicação com /transcribe."
        ),
        "hint": "Me envie uma mensagem de voz, um arquivo de áudio ou um vídeo. /help conta mais.",
        # Refused before any work
        "empty_file": "Este arquivo está vazio (0 bytes). Por favor, envie de novo.",
        "not_media": "Este não é um arquivo de áudio ou vídeo que eu consiga ler. Envie uma mensagem de voz, um arquivo de áudio ou um vídeo.",
        "no_sound": "Esta é uma animação sem som, então não há nada para transcrever. Envie o vídeo original.",
        "over_limit": "Este arquivo tem {size}; o máximo que aceito é {limit}. Envie uma versão mais curta ou menor.",
        "over_bot_api": (
            "Este arquivo tem {size}, mas sem o acesso a arquivos grandes, que o operador deste bot não configurou, "
            "o Telegram só me dá arquivos de até {limit}. Envie uma versão menor, por exemplo só o som."
        ),
        "nothing_to_transcribe": "Responda com /transcribe a uma mensagem que tenha uma mensagem de voz, um áudio ou um vídeo.",
        "guest_usage": "Mencione meu nome em resposta a uma mensagem que tenha uma mensagem de voz, um áudio ou um vídeo, e eu respondo com o texto.",
        "caption_language": "Depois de lang= preciso do código de duas letras de um idioma, por exemplo lang=de, ou então lang=auto. Por favor, envie de novo assim.",
        "caption_engine": "Depois de engine= conheço estes nomes: {engines}. Por favor, envie de novo com um deles.",
        "too_many_tasks": "Você já tem {limit} arquivos em andamento. Envie o próximo quando um deles terminar.",
        "too_fast": "Foram mais de {limit} pedidos em um minuto. Tente de novo em {seconds} s.",
        "crowded": "Há muita gente pedindo neste momento. Por favor, envie de novo em {seconds} s.",
        "not_served": "Este bot não é para todos. Se deveria ser para você, diga ao operador o seu número: {number}",
        "daily_limit": "Nestas 24 horas já transcrevi tanto áudio quanto posso para uma pessoa. Envie de novo em {wait}; o que já ouvi antes eu respondo a qualquer momento.",
        # Work in progress
        "working": "🎧 Recebi, já estou trabalhando nisso…",
        "queued": "🎧 Recebi. Há muitos arquivos em andamento agora: o seu é o número {count} da fila.",
        "stage_fetching": "📥 Baixando… {share}",
        "stage_transcribing": "🎧 Transcrevendo… {share}",
        "stage_translating": "🌐 Traduzindo… {share}",
        "minutes_left": {
            "one": "falta cerca de {count} minuto",
            "other": "faltam cerca de {count} minutos",
        },
        "nearly_done": "falta menos de um minuto",
        "stopped": "⏹ Parei, como você pediu. Toque em “Começar de novo” se mudar de ideia; o que já estava feito fica guardado.",
        "waiting": "🎧 Este mesmo arquivo já está em andamento; você recebe o texto assim que ele estiver pronto.",
        # Answers
        "no_speech": "Não ouvi ninguém falar nesta gravação.",
        "cut_short": "⚠️ O arquivo termina antes da hora: só deu para ler {got} de {declared}. Envie de novo se o final estiver faltando.",
        "gap": "[{start}–{end} não transcrito]",
        "text_in_file": "O texto é longo ({pages} mensagens), então aqui está o começo; o resto está no arquivo.",
        "done_files": {
            "one": "✅ Pronto: {count} arquivo abaixo.",
            "other": "✅ Pronto: {count} arquivos abaixo.",
        },
        "translation": "🌐 Em inglês:",
        "gaps": "⚠️ Não deu para transcrever uma parte ({time}); os trechos estão marcados. Envie o arquivo de novo, e eu tento esses trechos mais uma vez.",
        "doubtful": "⚠️ Foi difícil entender a gravação, então partes do texto podem estar erradas.",
        "continued": "O texto não cabe nesta mensagem; ele está completo no seu chat comigo.",
        "speaker": "Falante {number}",
        # Requests that cannot succeed
        "undecodable": "Não consegui ler este arquivo: está danificado ou não é um formato de áudio ou vídeo. Tente enviar de novo, ou como MP3 ou M4A.",
        "no_audio_stream": "Este arquivo não tem faixa de som, então não há nada para transcrever. Envie um que tenha som.",
        "unknown_codec": "Não conheço o formato de som deste arquivo ({codec}). Converta para MP3 ou M4A e envie de novo.",
        "gone": "O Telegram não tem mais este arquivo. Por favor, envie de novo.",
        "not_for_bots": "O Telegram não deixa bots baixarem este arquivo, porque ele foi compartilhado demais. Salve-o e me envie como um arquivo novo.",
        "too_long": "Esta gravação dura {got}; o máximo que aceito é {limit}. Envie em partes.",
        "no_translation": "Não sei traduzir: meu operador não configurou nenhum serviço que traduza. Posso transcrever no idioma original: envie de novo sem “translate”.",
        # Failures that are ours
        "apology": "😔 Não consegui transcrever: o serviço de transcrição não respondeu. Nada se perdeu; toque em “Tentar de novo” ou envie mais tarde.",
        "apology_operator": "😔 Não consegui transcrever por uma falha do meu lado. Meu operador já foi avisado; por favor, tente mais tarde.",
        "button_txt": "📄 TXT",
        "button_srt": "🎬 SRT",
        "button_vtt": "🎞 VTT",
        "button_json": "🧾 JSON",
        "button_translate": "🌐 Inglês",
        "button_summary": "📝 Resumo",
        "button_stop": "⏹ Parar",
        "button_again": "▶️ Começar de novo",
        "button_chat": "💬 Abrir meu chat",
        "button_retry": "🔁 Tentar de novo",
        "button_settings": "⚙️ Configurações",
        # Answers to buttons and commands
        "expired": "Esta transcrição não está mais guardada. Envie o arquivo de novo.",
        "retry_started": "Tentando de novo.",
        "retry_later": "Você tem pedidos demais em andamento agora. Toque de novo daqui a um minuto.",
        "retry_refused": "Não dá para tentar isto de novo. Envie o arquivo mais uma vez.",
        "unknown_button": "Este botão não funciona mais. Envie o arquivo de novo.",
        "guest_button": "Este botão só funciona em um chat comigo. Abra um e me envie o arquivo lá.",
        "unknown_command": "Não conheço este comando. Em /help está o que eu sei fazer.",
        "saved": "Salvo.",
        "admins_only": "Só administradores podem mudar as configurações deste chat. Por favor, peça a um deles.",
        "stop_done": "Parei.",
        "stop_too_late": "Não há mais nada para parar aqui.",
        "stop_not_yours": "Só quem pediu, ou um administrador, pode parar isto.",
        "translate_started": "Traduzindo para o inglês; vai chegar em uma mensagem separada.",
        "summary": "📝 Resumo\n\n{text}",
        "summary_working": "📝 Resumindo…",
        "summary_in_work": "O resumo já está em andamento; chega em um instante.",
        "summary_failed": "😔 Não consegui fazer o resumo agora. Por favor, toque em “Resumo” de novo em alguns minutos.",
        # The settings panel
        "settings_yours": "⚙️ Suas configurações. Nos grupos, elas valem onde o grupo não escolheu nada.",
        "settings_group": "⚙️ As configurações deste chat",
        "settings_language": "🗣 Idioma da fala: {language}",
        "settings_format": "📄 Resposta: {formats}",
        "settings_timestamps": "🕒 Tempos no texto: {switch}",
        "settings_speakers": "👥 Indicar quem fala: {switch}",
        "settings_engine": "🎛 Motor de transcrição: {engine}",
        "settings_hints": "✏️ Nomes e termos: {hints}",
        "settings_mode": "💬 Eu transcrevo: {mode}",
        "settings_lock": "🔐 Quem pode mudar estas configurações: {who}",
        "members_choice": "o que cada membro escolheu",
        "switched_on": "sim",
        "switched_off": "não",
        "lock_admins": "administradores",
        "lock_open": "todos",
        "button_language": "🗣 Idioma",
        "button_format": "📄 Resposta",
        "button_timestamps": "🕒 Tempos",
        "button_speakers": "👥 Falantes",
        "button_engine": "🎛 Motor",
        "button_hints": "✏️ Nomes e termos",
        "button_mode": "💬 O que transcrevo",
        "button_open": "🔐 Todos podem mudar",
        "button_back": "‹ Voltar",
        "button_history": "🗂 Histórico",
        "button_status": "⏳ Em andamento",
        "button_privacy": "🔒 Privacidade",
        "button_forget": "🗑 Me esqueça",
        "button_forget_now": "🗑 Apagar tudo agora",
        "forget_screen": "🗑 Apago todas as transcrições que guardo para você, o que foi feito com elas, o seu histórico e as suas configurações, e paro o que está em andamento? Depois, nada volta.",
        "button_hints_clear": "🗑 Limpar a lista",
        "language_screen": "🗣 Que idioma é falado? Agora: {language}.\n\nPara qualquer outro, envie /language com o código ou o nome dele, por exemplo /language pl.",
        "language_detected": "detectado",
        "language_unknown": "Não conheço este idioma. Envie o código de duas letras ou o nome dele, por exemplo /language de, ou /language auto para que eu o detecte.",
        "format_screen": "📄 O que uma resposta deve conter? Escolha quantos itens quiser; em todo caso, os botões abaixo da resposta dão o resto.",
        "format_text": "Texto",
        "format_unknown": "Envie /format com uma ou mais destas palavras: {formats}. Por exemplo: /format text srt",
        "format_last": "Uma resposta não pode ficar vazia: escolha antes outra forma.",
        "speakers_unavailable": "Não consigo indicar quem fala: meu operador teria que configurar um motor que saiba fazer isso, como o Deepgram.",
        "engine_screen": "🎛 Que motor de transcrição devo usar? Se ele falhar, “automático” usa outro.",
        "engine_auto": "automático",
        "engine_only": "🎛 Aqui há um só motor de transcrição, então não há nada para escolher: {engine}",
        "engine_unknown": "Não tenho esse motor de transcrição. Envie /engine com um destes: {engines}.",
        "hints_screen": (
            "✏️ Nomes e termos ditos com frequência, para que eu os escreva certo:\n\n{hints}\n\n"
            "Para mudar, envie até {limit}, separados por vírgulas: /hints Ada Lovelace, Kubernetes"
        ),
        "hints_none": "nenhum ainda",
        "hints_usage": "Envie até {limit} nomes ou termos de no máximo {characters} caracteres cada, separados por vírgulas: /hints Ada Lovelace, Kubernetes",
        "hints_unavailable": "O motor de transcrição daqui não aceita listas de nomes e termos, então não há nada para definir.",
        "mode_screen": "💬 O que devo transcrever neste chat?",
        "mode_on_request": "o que me pedirem",
        "mode_all": "tudo",
        "mode_off": "nada",
        "mode_hidden": (
            "⚠️ O Telegram esconde de mim o que é enviado aqui sem me mencionar (modo de privacidade), então não vejo as mensagens de voz. "
            "Tornem @{username} administrador, ou desativem o modo de privacidade no @BotFather e me adicionem de novo ao chat."
        ),
        # History, work, figures
        "history_empty": "Não guardo nada para você aqui.",
        "history": {
            "one": "🗂 Guardo {count} transcrição para você ({minutes} min de fala), por {days} dias. Toque no número para vê-la de novo; /forget apaga agora.",
            "other": "🗂 Guardo {count} transcrições para você ({minutes} min de fala no total), cada uma por {days} dias. Toque em um número para ver uma de novo; /forget apaga todas agora.",
        },
        "history_line": "{number}. {day} · {length}",
        "forgotten": {
            "one": "Pronto: apaguei {count} transcrição, o que foi feito com ela e as suas configurações; o que estava em andamento parou.",
            "other": "Pronto: apaguei {count} transcrições, o que foi feito com elas e as suas configurações; o que estava em andamento parou.",
        },
        "status_empty": "Não há nada seu em andamento. Me envie uma mensagem de voz, um arquivo de áudio ou um vídeo.",
        "status": {
            "one": "⏳ Estou trabalhando em {count} arquivo para você. /cancel interrompe o trabalho.",
            "other": "⏳ Estou trabalhando em {count} arquivos para você. /cancel interrompe todos.",
        },
        "status_line": "{number}. {what}: {state}",
        "status_queue": {
            "one": "Cerca de {count} pedido de todos os meus usuários espera na fila.",
            "other": "Cerca de {count} pedidos de todos os meus usuários esperam na fila.",
        },
        "media": "arquivo",
        "media_voice": "mensagem de voz",
        "media_audio": "arquivo de áudio",
        "media_video": "vídeo",
        "media_video_note": "mensagem de vídeo",
        "media_document": "documento",
        "media_length": "{what}, {length}",
        "state_queued": "espera a sua vez",
        "state_working": "em andamento",
        "state_delivering": "a resposta está a caminho",
        "state_done": "terminou",
        "state_failed": "não deu certo",
        "state_cancelled": "parou",
        "button_stop_number": "⏹ Parar {number}",
        "cancelled_one": "⏹ Parei: {what}.",
        "cancelled": {
            "one": "⏹ Parei {count} arquivo.",
            "other": "⏹ Parei {count} arquivos.",
        },
        "cancel_none": "Não há nada seu em andamento, então não há nada para parar.",
        "cancel_late": "É tarde demais para parar: a resposta está a caminho.",
        "stats_today": "📊 Hoje",
        "stats_week": "📊 Os últimos 7 dias",
        "stats": "Usuários: {users}\nPedidos: {jobs}\nMinutos de fala: {minutes}\nRespondidos do cache: {hits}\nSucesso: {success}\nCusto a preços de tabela: {cost}",
        # The command menu
        "menu_help": "O que eu sei fazer",
        "menu_start": "Dizer olá",
        "menu_settings": "Configurações deste chat",
        "menu_format": "Escolher o que uma resposta contém: texto, TXT, SRT…",
        "menu_engine": "Escolher o motor de transcrição",
        "menu_hints": "Nomes e termos esperados: /hints Ada, Kubernetes",
        "menu_status": "O que estou fazendo para você",
        "menu_cancel": "Parar tudo o que estou fazendo para você",
        "menu_stats": "Números para o operador",
        "menu_language": "Definir o idioma da fala: /language de",
        "menu_transcribe": "Como resposta: transcrever aquela mensagem",
        "menu_history": "O que ainda guardo para você",
        "menu_forget": "Apagar tudo o que guardo para você",
        "menu_privacy": "O que acontece com os seus dados",
    },
)
