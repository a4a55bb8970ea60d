package import JSON

/// How the directory driver of a slot reaches its host.
package struct DirectorySettings: Sendable, Hashable {
    /// Below it each slot has a directory of its own.
    package var directory: String
    /// Nil: the host notices by itself.
    package var reload: ReloadSettings?
    /// How it is told to load anew what it runs already, by whatever does that: a reload may take what it has for enough. Nil: it can't be.
    package var restart: ReloadSettings?
    /// Nil: what was activated counts as serving. For hosts that can't be asked.
    package var probe: ProbeSettings?
    /// Nil: the host runs one version at a time.
    package var routing: RoutingSettings?

    package init(
        directory: String, reload: ReloadSettings? = nil, restart: ReloadSettings? = nil, probe: ProbeSettings? = nil,
        routing: RoutingSettings? = nil
    ) {
        self.directory = directory
        self.reload = reload
        self.restart = restart
        self.probe = probe
        self.routing = routing
    }
}

/// That a host divides calls between `current` and `canary` by `routing.json`.
package struct RoutingSettings: Sendable, Hashable {
    /// How it is asked for the canary. Nil: what was put there counts as serving.
    package var probe: ProbeSettings?

    package init(probe: ProbeSettings? = nil) { self.probe = probe }
}

package struct ReloadSettings: Sendable, Hashable {
    package enum Way: Sendable, Hashable {
        case http(HostURL, method: String)
        /// A signal to the process whose id stands in a file.
        case signal(Int32, pidFile: String)
        case command([String])
    }

    package var way: Way
    package var timeout: Duration

    package init(_ way: Way, timeout: Duration = .seconds(10)) {
        self.way = way
        self.timeout = timeout
    }
}

package struct ProbeSettings: Sendable, Hashable {
    /// Where in the answer the host says what it runs. Nil: that is not compared.
    package struct Pointers: Sendable, Hashable {
        package var version: JSONPointer?
        package var digest: JSONPointer?
        /// What changes when the process is another.
        package var process: JSONPointer?
        /// Of a canary: the name of the rule by which calls are divided.
        package var rule: JSONPointer?

        package init(
            version: JSONPointer? = nil, digest: JSONPointer? = nil, process: JSONPointer? = nil, rule: JSONPointer? = nil
        ) {
            self.version = version
            self.digest = digest
            self.process = process
            self.rule = rule
        }

        var isAsking: Bool { version != nil || digest != nil || process != nil || rule != nil }
    }

    package enum Way: Sendable, Hashable {
        case http(HostURL, Pointers)
        case command([String])
    }

    package var way: Way
    /// Of one try.
    package var timeout: Duration

    package init(_ way: Way, timeout: Duration = .seconds(2)) {
        self.way = way
        self.timeout = timeout
    }
}
