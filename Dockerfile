# Vivier in a container: docker build -t vivier .
# Debian, not Alpine: the Node that the lockfile brings is linked against glibc.
FROM node:24-bookworm-slim AS build
WORKDIR /vivier
COPY . .
RUN npm ci && npm run build && npm prune --omit=dev

FROM node:24-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000 VIVIER_DATA=/data
WORKDIR /vivier
COPY --from=build --chown=root:root /vivier /vivier
# What stays outside of the servers (keys, epoch keys, the list of who was erased), or the embedded stores.
RUN install -d -o node -g node -m 0700 /data
VOLUME /data
USER node
EXPOSE 4000
# Ready, not only alive: it is sent requests when it can answer them.
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=12 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/ready`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# The program itself gets the signals, not npm.
ENTRYPOINT ["node", "--enable-source-maps", "apps/cli/dist/main.js"]
CMD ["serve"]
