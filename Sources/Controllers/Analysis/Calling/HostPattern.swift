import Trust

/// Which hosts something may be called with: `prometheus.monitoring`, `*.example.com:9090`, `http://10.0.0.*`. A `*` stands for any characters, dots included.
///
/// Without a port it means every port. A pattern that begins with `http://` means calls without TLS too.
struct HostPattern: Sendable, Hashable, CustomStringConvertible {
    let description: String
    let allowsPlain: Bool
    private let host: Glob
    private let port: Int?

    init(_ text: String) throws(CheckRefusal) {
        func refuse(_ what: String) -> CheckRefusal {
            CheckRefusal(
                "the pattern \"\(text.prefix(100))\" \(what); wanted a host, as in prometheus.monitoring, *.example.com or http://10.0.0.7:9090"
            )
        }
        var rest = text.lowercased()[...]
        allowsPlain = rest.hasPrefix("http://")
        for scheme in ["http://", "https://"] where rest.hasPrefix(scheme) { rest = rest.dropFirst(scheme.count) }
        var (name, number): (Substring, Substring?) = (rest, nil)
        if rest.hasPrefix("["), let end = rest.firstIndex(of: "]") {
            name = rest[rest.index(after: rest.startIndex)..<end]
            let more = rest[rest.index(after: end)...]
            if !more.isEmpty { number = more.hasPrefix(":") ? more.dropFirst() : "" }
        } else if let colon = rest.firstIndex(of: ":"), !rest[rest.index(after: colon)...].contains(":") {
            (name, number) = (rest[..<colon], rest[rest.index(after: colon)...])
        }
        guard !name.isEmpty, !name.contains("/") else { throw refuse("names no host") }
        guard let host = try? Glob(String(name)) else { throw refuse("can't be read") }
        if let number {
            guard let port = Int(number), (1...65535).contains(port) else { throw refuse("has no port after its colon") }
            self.port = port
        } else {
            port = nil
        }
        self.host = host
        description = text
    }

    func matches(_ address: CheckAddress) -> Bool { (port ?? address.port) == address.port && host.matches(address.host) }
}
