import OCI

/// The controller's own credentials for checks: a directory, such as a mounted Secret, with a file of JSON for each name. Read again each time, so that what is
/// replaced counts at once.
struct CheckCredentials: Sendable {
    /// Nil: there are none.
    let directory: String?

    /// - Throws: `CheckRefusal`. Whether a name is missing or belongs to others is not told apart: a tenant learns no names.
    func credential(_ name: String, for address: CheckAddress, in namespace: String) throws(CheckRefusal) -> CheckCredential {
        guard let directory else {
            throw CheckRefusal("credentials: found \(quoted(name)), but this controller has none; start it with --check-credentials")
        }
        let absent = CheckRefusal(
            "credentials: namespace \(namespace) has no credential \(quoted(name)) for \(address.origin); name another, or have whoever runs the controller add "
                + "the namespace and the host to it")
        guard Self.isName(name) else { throw absent }
        let bytes: [UInt8]
        do { bytes = try Self.read("\(directory)/\(name)") } catch { throw absent }
        let credential: CheckCredential
        do { credential = try CheckCredential(parsing: bytes) } catch {
            throw CheckRefusal("the controller's credential \(name): \(error)")
        }
        guard credential.mayBeNamed(in: namespace), let pattern = credential.hosts.first(where: { $0.matches(address) }) else {
            throw absent
        }
        let mayBePlain = pattern.allowsPlain || credential.hosts.contains { $0.matches(address) && $0.allowsPlain }
        guard address.isEncrypted || mayBePlain else {
            throw CheckRefusal(
                "credentials: \(quoted(name)) is not sent to \(address.origin) without TLS; use https, or have whoever runs the controller write the host as "
                    + "http://\(address.host) into it")
        }
        return credential
    }

    /// Names of files as Secrets have them, and none that leads elsewhere.
    private static func isName(_ name: String) -> Bool {
        guard (1...63).contains(name.utf8.count), !name.hasPrefix(".") else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
            default: false
            }
        }
    }

    private func quoted(_ name: String) -> String { "\"\(name.prefix(63))\"" }

    private static func read(_ path: String) throws -> [UInt8] {
        let reader = try FileReader(path)
        guard reader.size <= CheckCredential.longestFile else { throw CheckRefusal("it is too long") }
        var bytes: [UInt8] = []
        while let part = try reader.next() {
            bytes += part
            guard bytes.count <= CheckCredential.longestFile else { throw CheckRefusal("it is too long") }
        }
        return bytes
    }
}
