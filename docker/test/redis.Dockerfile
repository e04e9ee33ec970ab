# A stand-in for redis:7-alpine: Debian's Redis.
FROM pgdeeplake-test/debian
WORKDIR /data
EXPOSE 6379
USER 999:999
CMD ["redis-server"]
