/// Whom checks may call. Tenants write the addresses, and the controller stands where they may not be: in its own pod, beside its API server.
package struct CheckRules: Sendable {
    /// Empty: every host.
    private let hosts: [HostPattern]
    /// Of the reserved addresses, those that may be called nevertheless.
    private let networks: [NetworkBlock]

    /// Every host, and no reserved address.
    package static let standard = CheckRules()

    private init() { (hosts, networks) = ([], []) }

    /// - Parameters:
    ///   - hosts: patterns of the only hosts that may be called; none: every host may.
    ///   - networks: reserved addresses that may be called, as in `127.0.0.0/8`.
    /// - Throws: an error whose description says what can't be read.
    package init(hosts: [String], networks: [String]) throws {
        self.hosts = try hosts.map(HostPattern.init)
        self.networks = try networks.map(NetworkBlock.init)
    }

    /// Whether an address may be connected to: four or sixteen bytes, in network order.
    package func mayConnect(to address: [UInt8]) -> Bool {
        !ReservedAddress.contains(address) || networks.contains { $0.contains(address) }
            || ReservedAddress.embedded(in: address).map { embedded in networks.contains { $0.contains(embedded) } } ?? false
    }

    /// What names say is found out when they are connected to; addresses that are written out say so themselves, also where a proxy connects.
    func check(_ address: CheckAddress) throws(CheckRefusal) {
        guard hosts.isEmpty || hosts.contains(where: { $0.matches(address) }) else {
            throw CheckRefusal(
                "\(address.authority): checks may not call this host; ask whoever runs the controller to allow it with --check-host, "
                    + "or name one of \(hosts.map(\.description).joined(separator: ", "))")
        }
        if let literal = address.literal, !mayConnect(to: literal) { throw Self.reserved(address.authority) }
    }

    static func reserved(_ name: String) -> CheckRefusal {
        CheckRefusal(
            "\(name) is an address of the controller's own machine or link, which checks may not call; name a service, or have --check-network allow it"
        )
    }
}
