/// What of a call may decide which version answers it.
public struct Call: Sendable, Hashable {
    /// What calls that belong together have in common: a user, a session, a connection. Calls without one are in no share that goes by keys.
    public var key: String?
    /// As they came; names are compared without case, as HTTP (RFC 9110, section 5.1) does.
    public var headers: [Header]
    /// What the host itself knows of a call, by name.
    public var labels: [String: String]
    /// The groups that the host puts the call into.
    public var groups: Set<String>

    public init(key: String? = nil, headers: [Header] = [], labels: [String: String] = [:], groups: Set<String> = []) {
        self.key = key
        self.headers = headers
        self.labels = labels
        self.groups = groups
    }

    public struct Header: Sendable, Hashable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }

        func isNamed(_ name: String) -> Bool {
            self.name.utf8.count == name.utf8.count && zip(self.name.utf8, name.utf8).allSatisfy { lower($0) == lower($1) }
        }

        private func lower(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
    }
}
