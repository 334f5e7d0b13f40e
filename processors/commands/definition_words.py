"""What an administrator is told is wrong with a definition, in Russian; its line is put before it. Nothing else is here
(what people see of commands: `words`)."""

from typing import Final

RESERVED: Final = "так называется встроенная команда; выберите другое имя"
KEY_NAME: Final = "запись лежит под чужим именем"
NO_SIGNER: Final = "подписал тот, кто уже не администратор: пусть подпишет другой"
AUTO_OUTWARD: Final = "то, что уходит наружу, никогда не выполняется само: уберите auto или поставьте 101"
OUTWARD_PASSKEY: Final = "то, что уходит наружу, подписывают только ключом устройства: нужно passkey"
ADDED_OUTWARD: Final = "у команд, которые вы добавляете, бывает только outward"
BRACE: Final = "фигурные скобки бывают только вокруг имени параметра: {text}"
SECRET: Final = "похоже на ключ или пароль; впишите его в настройки (commands.secrets), а здесь назовите поле secret"
ONLY_TEXT: Final = "minLength, maxLength и format бывают только у текста (type: string)"
ONLY_NUMBER: Final = "minimum и maximum бывают только у числа (type: integer)"
ENUM_KIND: Final = "значения в списке не того вида, что в type"
EMPTY: Final = "не должно быть пустым"
BOUNDS: Final = "нижняя граница больше верхней: такого значения не бывает"
METHOD: Final = (
    "такого метода Битрикс24 команда вызвать не может: бывают tasks.task.add, tasks.task.update, "
    "crm.timeline.comment.add"
)
WORKFLOW_FIXED: Final = "поток n8n укажите в handler.workflow: для выбора есть команда n8n.run"
URL_PLAIN: Final = "в адресе не может быть пробелов, русских букв и подстановок в фигурных скобках"
URL_FORM: Final = "нужен адрес вида https://узел/путь"
URL_PARTS: Final = "в адресе не может быть имени с паролем и части после #"


def definition_long(most: int) -> str:
    """Too many characters."""
    return f"строка 1: описание длиннее {most} знаков"


def hidden(line: int) -> str:
    """Signs that nobody sees, or that turn other words round."""
    return f"строка {line}: есть невидимые знаки; сотрите строку и наберите её заново"


def params_many(most: int) -> str:
    """Too many params."""
    return f"не больше {most} параметров"


def no_param(name: str) -> str:
    """A template names a param that is not there."""
    return f"нет параметра «{name}»"


def handlers(kinds: tuple[str, ...]) -> str:
    """What people may add."""
    return f"так умеют только встроенные команды; вам доступны: {', '.join(kinds)}"


def not_taken(field: str, kind: str) -> str:
    """A field of another handler."""
    return f"у {kind} поля «{field}» нет"


def needed(field: str, kind: str) -> str:
    """A field that the handler cannot do without."""
    return f"для {kind} нужно «{field}»"


def no_setting(setting: str, name: str) -> str:
    """A name that the settings do not know."""
    return f"в настройках ({setting}) нет «{name}»" if name else f"укажите имя из настроек ({setting})"


def url_host(host: str) -> str:
    """A host that is not listed."""
    return f"узла {host} нет в настройках (commands.hosts)"


def url_http(host: str) -> str:
    """Without encryption."""
    return f"без шифрования (http) можно только туда, что названо в commands.hosts с портом; {host} там нет"


def url_inner(host: str) -> str:
    """In a private network."""
    return f"это узел частной сети: его нужно назвать в commands.hosts с портом; {host} там нет"
