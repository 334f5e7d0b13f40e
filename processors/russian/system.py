"""What the operating system refuses, in Russian: its own words are English, and these stand in Russian sentences."""

import errno

WHY = {
    errno.ENOSPC: "на диске нет места",
    errno.EDQUOT: "исчерпана квота диска",
    errno.EROFS: "диск только для чтения",
    errno.EACCES: "нет прав",
    errno.EPERM: "нет прав",
    errno.ENOENT: "такого файла или папки нет",
    errno.EISDIR: "это папка, а не файл",
    errno.ENOTDIR: "это не папка",
    errno.EEXIST: "это не папка",
    errno.EIO: "диск не читается",
    errno.ESTALE: "сетевая папка отключилась",
    errno.ENOTCONN: "сетевая папка отключилась",
    errno.EHOSTDOWN: "узел выключен",
    errno.EHOSTUNREACH: "до узла нет пути",
    errno.ENETUNREACH: "до узла нет пути",
    errno.ECONNREFUSED: "в соединении отказано",
    errno.ECONNRESET: "соединение оборвалось",
    errno.EADDRNOTAVAIL: "такого адреса нет на этой машине",
    errno.ETIMEDOUT: "нет ответа",
}


def os_reason(error: BaseException) -> str:
    """In words where there are some, else as the error says it. One that only wraps another speaks for that."""
    cause = getattr(error, "reason", error)  # urllib's URLError
    if isinstance(cause, TimeoutError):
        return WHY[errno.ETIMEDOUT]
    if isinstance(cause, OSError):
        return WHY.get(cause.errno or 0, "") or cause.strerror or str(cause) or type(cause).__name__
    return str(cause) or type(error).__name__
