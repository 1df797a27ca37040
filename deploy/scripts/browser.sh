# Chromium and a font with Chinese in it, for the walk in a real browser. Source it after common.sh.

browser_there() { [[ -x /usr/bin/chromium ]] && compgen -G '/usr/share/fonts/opentype/noto/NotoSansCJK*' >/dev/null; }

# True where both are there afterwards; from Debian's packages where they were missing.
browser_install() {
  browser_there && return 0
  local root=()
  if [[ $(id -u) != 0 ]]; then
    sudo -n true 2>/dev/null || return 1
    root=(sudo -n)
  fi
  say '正在安装 Chromium(Debian 软件包)……' >&2
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive sh -ec 'apt-get update -qq; apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null' >&2 || return 1
  browser_there
}
