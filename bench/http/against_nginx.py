#!/usr/bin/env python3
"""A cached GET through nacred against nginx serving the same bytes from memory.

Both run with one worker on core 0, wrk on core 1, in rounds that take turns, with and without
pipelining. Prints requests per second, requests per CPU-second of the server, and p99; and the ratios,
which are all that can be compared with another machine or day.

    bench/http/against_nginx.py [--seconds N] [--rounds N] [--connections N]
"""
import argparse
import json
import os
import pathlib
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = ROOT / "build" / "release" / "bin"
BODY = json.dumps({"id": "42", "name": "Walnut desk", "price_cents": 45900, "stock": 7,
                   "description": "x" * 256}, separators=(",", ":"))

PIPELINE = """
init = function(args)
  local requests = {}
  for i = 1, 16 do requests[i] = wrk.format() end
  pipelined = table.concat(requests)
end
request = function() return pipelined end
"""


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and its children that live, nginx's worker among them."""
    total = 0.0
    ticks = os.sysconf("SC_CLK_TCK")
    pids = [pid]
    while pids:
        current = pids.pop()
        try:
            fields = pathlib.Path(f"/proc/{current}/stat").read_text().rpartition(")")[2].split()
            total += (int(fields[11]) + int(fields[12])) / ticks
            for task in pathlib.Path(f"/proc/{current}/task").iterdir():
                pids += [int(child) for child in (task / "children").read_text().split()]
        except FileNotFoundError:
            pass
    return total


def seconds_of(text: str) -> float:
    """'1.25ms' as wrk prints it."""
    value, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(value) * {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}[unit]


def load(url: str, args, script) -> dict:
    command = ["taskset", "-c", "1", "wrk", "-t1", f"-c{args.connections}", f"-d{args.seconds}s",
               "--latency", "-H", "Accept: application/octet-stream"]
    if script:
        command += ["-s", script]
    out = subprocess.run(command + [url], check=True, capture_output=True, text=True).stdout
    if "Socket errors" in out or "Non-2xx" in out:
        sys.exit(f"wrk met errors on {url}:\n{out}")
    count = int(re.search(r"(\d+) requests in", out).group(1))
    p99 = seconds_of(re.search(r"99%\s+(\S+)", out).group(1))
    return {"requests": count, "p99": p99}


def start_nginx(folder: pathlib.Path, port: int) -> subprocess.Popen:
    """Serves the body as a static file that stays open: its fastest way for a body of this size."""
    (folder / "www" / "api" / "cache").mkdir(parents=True)
    (folder / "www" / "api" / "cache" / "product").write_text(BODY)
    os.chmod(folder, 0o755)
    (folder / "nginx.conf").write_text(f"""
user root; worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile off; tcp_nodelay on; keepalive_requests 1000000000;
  open_file_cache max=10; open_file_cache_valid 1h; default_type application/json; etag off;
  server {{ listen 127.0.0.1:{port}; root {folder}/www; }}
}}""")
    return subprocess.Popen(["taskset", "-c", "0", "nginx", "-c", f"{folder}/nginx.conf"])


def start_nacred(folder: pathlib.Path, port: int) -> subprocess.Popen:
    (folder / "nacre.toml").write_text(f"""
[server]
listen = "127.0.0.1:{port}"
threads = 1
access_log = false
[log]
level = "error"
""")
    daemon = subprocess.Popen(["taskset", "-c", "0", str(BIN / "nacred"), "--config",
                               str(folder / "nacre.toml")], stdout=subprocess.PIPE, text=True)
    daemon.stdout.readline()
    request = urllib.request.Request(f"http://127.0.0.1:{port}/api/cache/entries/product?ttl=1h",
                                     data=BODY.encode(), method="PUT",
                                     headers={"Content-Type": "application/json"})
    urllib.request.urlopen(request).read()
    return daemon


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=64)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        script = folder / "pipeline.lua"
        script.write_text(PIPELINE)
        servers = {"nginx": (start_nginx(folder, 18081), 18081),
                   "nacred": (start_nacred(folder, 18082), 18082)}
        try:
            time.sleep(0.5)
            for kind, lua in (("one at a time", None), ("16 pipelined", str(script))):
                compare(kind, lua, servers, args)
        finally:
            for server, _ in servers.values():
                server.send_signal(signal.SIGTERM)
                server.wait()
    return 0


def compare(kind: str, lua, servers: dict, args) -> None:
    figures = {name: [] for name in servers}
    for _ in range(args.rounds):
        for name, (server, port) in servers.items():
            before = cpu_seconds(server.pid)
            result = load(f"http://127.0.0.1:{port}/api/cache/product", args, lua)
            spent = cpu_seconds(server.pid) - before
            figures[name].append((result["requests"] / args.seconds, result["requests"] / spent,
                                  result["p99"]))
    print(f"cached GET, {kind} ({len(BODY)} bytes, {args.connections} connections, medians of "
          f"{args.rounds} x {args.seconds} s)")
    medians = {}
    for name, rounds in figures.items():
        medians[name] = [statistics.median(column) for column in zip(*rounds)]
        rate, per_cpu, p99 = medians[name]
        print(f"  {name:7} {rate:10.0f} req/s {per_cpu:10.0f} req/CPU-s   p99 {p99 * 1e3:.2f} ms")
    ours, theirs = medians["nacred"], medians["nginx"]
    print(f"  ratio   {ours[0] / theirs[0]:10.2f}       {ours[1] / theirs[1]:10.2f}           "
          f"p99 {ours[2] / theirs[2]:.2f}")


if __name__ == "__main__":
    sys.exit(main())
