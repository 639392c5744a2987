# The operator's image: Node 24 and one file. Build it with
#   docker build --tag sluice:0.1.0 --build-arg VERSION=0.1.0 --build-arg REVISION=$(git rev-parse HEAD) .
FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
COPY scripts/cdk8s-cli ./scripts/cdk8s-cli
RUN npm ci
COPY . .
RUN npm run build

FROM gcr.io/distroless/nodejs24-debian12:nonroot
ARG VERSION
ARG REVISION
LABEL org.opencontainers.image.title="sluice" \
      org.opencontainers.image.description="A Kubernetes operator that serves Flux's webhook Receivers" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="gcr.io/distroless/nodejs24-debian12:nonroot"
# By its extension Node knows it for a module, without a package.json beside it.
COPY --from=build --chmod=0444 /src/dist/operator.js /sluice/operator.mjs
COPY --from=build --chmod=0444 /src/LICENSE /sluice/LICENSE
USER 65532:65532
EXPOSE 9292 9443 8080 9440
# It writes no file, so that the root may be read-only.
ENTRYPOINT ["/nodejs/bin/node", "/sluice/operator.mjs"]
