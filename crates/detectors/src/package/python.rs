//! Python: `import a.b as c`, `from a import b`, `pip install a`.

use std::sync::LazyLock;

use regex::Regex;

use super::{Use, installed};
use crate::pattern;

static IMPORT: LazyLock<Regex> = LazyLock::new(|| {
    pattern::text(
        r"^[ \t>]*import[ \t]+([A-Za-z_][\w.]*(?:[ \t]+as[ \t]+\w+)?(?:[ \t]*,[ \t]*[A-Za-z_][\w.]*(?:[ \t]+as[ \t]+\w+)?)*)[ \t]*(?:#.*|;.*)?\r?$",
    )
});
static FROM: LazyLock<Regex> =
    LazyLock::new(|| pattern::text(r"^[ \t>]*from[ \t]+([A-Za-z_]\w*)(?:\.[\w.]+)?[ \t]+import[ \t]+[\w*(]"));
static INSTALL: LazyLock<Regex> = LazyLock::new(|| pattern::text(r"\bpip3?[ \t]+install[ \t]+([^\n`]+)"));

/// Modules whose package has another name.
const ALIASES: &[(&str, &str)] = &[
    ("Crypto", "pycryptodome"),
    ("OpenSSL", "pyopenssl"),
    ("PIL", "pillow"),
    ("attr", "attrs"),
    ("bs4", "beautifulsoup4"),
    ("cv2", "opencv-python"),
    ("dateutil", "python-dateutil"),
    ("docx", "python-docx"),
    ("dotenv", "python-dotenv"),
    ("fitz", "pymupdf"),
    ("git", "gitpython"),
    ("google", "protobuf"),
    ("jose", "python-jose"),
    ("jwt", "pyjwt"),
    ("magic", "python-magic"),
    ("mpl_toolkits", "matplotlib"),
    ("nacl", "pynacl"),
    ("pptx", "python-pptx"),
    ("serial", "pyserial"),
    ("skimage", "scikit-image"),
    ("sklearn", "scikit-learn"),
    ("slugify", "python-slugify"),
    ("telegram", "python-telegram-bot"),
    ("usb", "pyusb"),
    ("win32api", "pywin32"),
    ("yaml", "pyyaml"),
    ("zmq", "pyzmq"),
];

/// The modules that come with Python 3, by `sys.stdlib_module_names` without those that begin with an underscore, and
/// those of older versions.
const STANDARD: &str = " abc aifc antigravity argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb binascii \
binhex bisect builtins bz2 calendar cgi cgitb chunk cmath cmd code codecs codeop collections colorsys compileall concurrent \
configparser contextlib contextvars copy copyreg crypt csv ctypes curses dataclasses datetime dbm decimal difflib dis \
distutils doctest email encodings ensurepip enum errno faulthandler fcntl filecmp fileinput fnmatch formatter fractions ftplib \
functools gc genericpath getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac html http idlelib imaplib imghdr imp \
importlib inspect io ipaddress itertools json keyword lib2to3 linecache locale logging lzma mailbox mailcap marshal math \
mimetypes mmap modulefinder msilib msvcrt multiprocessing netrc nis nntplib nt ntpath nturl2path numbers opcode operator \
optparse os ossaudiodev parser pathlib pdb pickle pickletools pipes pkgutil platform plistlib poplib posix posixpath pprint \
profile pstats pty pwd py_compile pyclbr pydoc pydoc_data pyexpat queue quopri random re readline reprlib resource rlcompleter \
runpy sched secrets select selectors shelve shlex shutil signal site smtpd smtplib sndhdr socket socketserver spwd sqlite3 \
sre_compile sre_constants sre_parse ssl stat statistics string stringprep struct subprocess sunau symbol symtable sys sysconfig \
syslog tabnanny tarfile telnetlib tempfile termios test textwrap this threading time timeit tkinter token tokenize tomllib trace \
traceback tracemalloc tty turtle turtledemo types typing unicodedata unittest urllib uu uuid venv warnings wave weakref \
webbrowser winreg winsound wsgiref xdrlib xml xmlrpc zipapp zipfile zipimport zlib zoneinfo ";

pub(super) fn used(text: &str) -> Vec<Use> {
    let imported = IMPORT
        .captures_iter(text)
        .flat_map(|found| found.get(1).map_or("", |names| names.as_str()).split(','))
        .filter_map(|name| name.split_whitespace().next());
    let from = FROM.captures_iter(text).filter_map(|found| found.get(1)).map(|name| name.as_str());
    let modules = imported.chain(from).filter_map(|name| name.split('.').next());
    let modules = modules.filter(|name| !name.starts_with('_') && !STANDARD.contains(&format!(" {name} ")));
    let modules = modules.map(|name| {
        let alias =
            ALIASES.iter().find(|(module, _)| *module == name).map(|(_, package)| (*package).to_owned());
        alias.into_iter().chain([name.to_owned()]).collect()
    });
    let packages = installed(&INSTALL, text).filter_map(|word| {
        let name = word
            .trim_matches(['"', '\'', '`', ','])
            .split(['=', '<', '>', '~', '!', '[', ';', '@'])
            .next()?;
        let plain = name.contains(|ch: char| ch.is_ascii_alphanumeric())
            && name.chars().all(|ch| ch.is_ascii_alphanumeric() || matches!(ch, '-' | '_' | '.'));
        plain.then(|| vec![name.trim_end_matches('.').to_owned()])
    });
    modules.chain(packages).collect()
}
