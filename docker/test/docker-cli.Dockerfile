# A stand-in for docker:...-cli: the machine's own client, in whose directory it is built.
FROM scratch
ARG NAME
COPY ${NAME} /usr/local/bin/docker
