# The gateway with its command line. Configuration comes in at /etc/feikong, everything it keeps lies under /data:
#   docker run --init -v ./config:/etc/feikong:ro -v feikong-data:/data feikong
FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY package.json ./
COPY scripts/feikong.mjs scripts/fit-node.mjs ./scripts/
COPY config ./config
COPY protocols ./protocols
COPY simulators ./simulators
COPY src ./src
RUN ln -s /app/scripts/feikong.mjs /usr/local/bin/feikong && install -d -o node -g node -m 0750 /data
USER node
VOLUME /data
# Where the configuration moves the listener, say so here too.
ENV FEIKONG_LIVEZ=http://127.0.0.1:8645/livez
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(process.env.FEIKONG_LIVEZ).then((reply) => process.exit(reply.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "scripts/feikong.mjs"]
CMD ["start", "--config", "/etc/feikong/feikong.yaml", "--data", "/data"]
