package import JSON

/// How the directory driver of a slot reaches its host.
package struct DirectorySettings: Sendable, Hashable {
    /// Below it each slot has a directory of its own.
    package var directory: String
    /// Nil: the host notices by itself.
    package var reload: ReloadSettings?
    /// Nil: what was activated counts as serving. For hosts that can't be asked.
    package var probe: ProbeSettings?

    package init(directory: String, reload: ReloadSettings? = nil, probe: ProbeSettings? = nil) {
        self.directory = directory
        self.reload = reload
        self.probe = probe
    }
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

        package init(version: JSONPointer? = nil, digest: JSONPointer? = nil, process: JSONPointer? = nil) {
            self.version = version
            self.digest = digest
            self.process = process
        }

        var isAsking: Bool { version != nil || digest != nil || process != nil }
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
