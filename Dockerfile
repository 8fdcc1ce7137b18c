# docker build -t signal-hub . && docker run -p 8787:8787 -v signal-hub:/var/lib/signal-hub \
#   -v "$PWD/secret:/etc/signal-hub/secret:ro" signal-hub --jwt-secret-file /etc/signal-hub/secret
FROM debian:12-slim AS build
COPY tools/packages.txt tools/install-deps /src/tools/
RUN /src/tools/install-deps
COPY . /src
RUN /src/tools/package && mv /src/build/package/signal-hub_*.deb /signal-hub.deb

FROM debian:12-slim
COPY --from=build /signal-hub.deb /tmp/signal-hub.deb
# The unit is not used here; systemd's users and folders come from its small stand-alone tools.
RUN apt-get update \
 && apt-get install -y --no-install-recommends systemd-standalone-sysusers \
      systemd-standalone-tmpfiles curl /tmp/signal-hub.deb \
 && rm -rf /var/lib/apt/lists/* /tmp/signal-hub.deb
USER signal-hub
VOLUME /var/lib/signal-hub
EXPOSE 8787
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s \
  CMD ["curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:8787/health"]
ENTRYPOINT ["signal-hub", "--config", "/etc/signal-hub/signal-hub.toml", "--listen", "0.0.0.0:8787"]
