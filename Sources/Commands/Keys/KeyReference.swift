import ProgramOptions

/// Where a signing key is, as `--key` says it.
enum KeyReference: Hashable {
    /// A file in PEM.
    case file(String)
    /// `env://NAME`: PEM in an environment variable.
    case environment(String)
    /// `kms://NAME/KEY` for the program `graft-kms-NAME` on PATH, `kms-plugin://PATH#KEY` for one at a path. What the key is called is the
    /// program's affair.
    case program(String, key: String)

    /// - Throws: `CommandError` that names the kinds there are.
    init(_ text: String) throws {
        guard let scheme = text.firstRange(of: "://") else {
            self = .file(text)
            return
        }
        let rest = text[scheme.upperBound...]
        switch text[..<scheme.lowerBound] {
        case "env":
            guard !rest.isEmpty else { throw CommandError("\(text): no name of a variable; wanted env://NAME") }
            self = .environment(String(rest))
        case "kms":
            let name = rest.prefix { $0 != "/" }
            guard Self.isName(name) else {
                throw CommandError("\(text): \"\(name)\" is no name of a program; wanted kms://NAME/KEY, which runs graft-kms-NAME")
            }
            self = .program("graft-kms-\(name)", key: String(rest.dropFirst(name.count + 1)))
        case "kms-plugin":
            let path = rest.prefix { $0 != "#" }
            guard path.contains("/") else {
                throw CommandError(
                    "\(text): \"\(path)\" is no path; wanted kms-plugin:///PATH/OF/PROGRAM#KEY, or kms://NAME/KEY for one on PATH")
            }
            self = .program(String(path), key: String(rest.dropFirst(path.count + 1)))
        case let other:
            throw CommandError(
                "\(text): keys of kind \"\(other)\" are not known; wanted a file, env://NAME, kms://NAME/KEY or kms-plugin://PATH#KEY; "
                    + "for \(other), a program graft-kms-\(other) that speaks the protocol of docs/signing.md gives kms://\(other)/KEY")
        }
    }

    private static func isName(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") }
    }
}
