# To be sourced: how the scripts find a JDK that is new enough, with nothing set up.

oldest_java=25

# The feature version of the JDK at $1 (25), or 0: from its release file, because starting a JVM to ask takes longer.
version_of() {
    local line version=0
    if [[ -x $1/bin/java && -x $1/bin/javac ]]; then
        if [[ -r $1/release ]]; then
            while IFS= read -r line; do
                [[ $line =~ ^JAVA_VERSION=\"?([0-9]+) ]] && version=${BASH_REMATCH[1]}
            done <"$1/release"
        else
            line=$("$1/bin/java" -version 2>&1)
            [[ $line =~ version\ \"([0-9]+) ]] && version=${BASH_REMATCH[1]}
        fi
    fi
    printf '%s' "$version"
}

# Prints the home of a JDK that is new enough: JAVA_HOME, the java on the PATH, then where JDKs are usually installed.
find_jdk() {
    local home java
    java=$(command -v java) && java=$(readlink -f "$java")
    for home in "${JAVA_HOME:-}" "${java%/bin/java}" /usr/lib/jvm/* ~/.sdkman/candidates/java/* ~/.jdks/* \
        ~/.asdf/installs/java/* ~/.local/share/mise/installs/java/* /opt/* /opt/*/* /usr/java/* /usr/local/*; do
        if [[ -n $home ]] && (($(version_of "$home") >= oldest_java)); then
            printf '%s' "$home"
            return
        fi
    done
    return 1
}
