# A stand-in for maven:...-eclipse-temurin-25, without Maven: the machine's own JDK, whose directory is the context.
FROM pgdeeplake-test/debian
COPY . /opt/java/openjdk
ENV JAVA_HOME=/opt/java/openjdk PATH=/opt/java/openjdk/bin:/usr/sbin:/usr/bin
