# SNNtrainer3D in a container. README.md, "In a container", says how to build and run it.

# This image has node and Debian's Python, which is all that building the page takes.
FROM node:20-bookworm AS page
WORKDIR /build
COPY web web
COPY scripts/build_page.py scripts/build_page.py
RUN mkdir -p src/snntrainer3d && python3 scripts/build_page.py

FROM python:3.11-slim-bookworm
WORKDIR /build
# The index of torch's CPU builds; without it pip brings CUDA along, which is several gigabytes.
ARG TORCH_INDEX=""
RUN if [ -n "$TORCH_INDEX" ]; then pip install --no-cache-dir --index-url "$TORCH_INDEX" torch==2.13.0; fi
COPY requirements.lock pyproject.toml hatch_build.py README.md LICENSE THIRD-PARTY-NOTICES.md ./
COPY scripts/build_page.py scripts/build_page.py
COPY src src
COPY --from=page /build/src/snntrainer3d/static src/snntrainer3d/static
RUN pip install --no-cache-dir --constraint requirements.lock . && rm -rf /build/src \
    && useradd --create-home --uid 1000 snn && mkdir /data && chown snn /data
USER 1000
WORKDIR /home/snn
# Runs and what was read of own data; mount a volume here.
ENV SNNTRAINER3D_HOME=/data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import socket; socket.create_connection(('127.0.0.1', 8000), 4)"]
# Off loopback it asks for a token, which its first line of output has; SNNTRAINER3D_TOKEN sets one of your own.
ENTRYPOINT ["snntrainer3d"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000", "--no-browser"]
