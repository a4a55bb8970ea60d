internal import Glibc

extension Reference {
    /// Characters of registry and repository together.
    static let maximumNameLength = 255

    /// - Throws: `OCIError.invalidReference` that says which part is wrong.
    package init(parsing text: String) throws(OCIError) {
        func wrong(_ what: String) -> OCIError { OCIError(.invalidReference, "reference \(shown(text)): \(what)") }
        guard !text.isEmpty else { throw wrong("it is empty; wanted registry/repository:tag or registry/repository@digest") }
        guard text.utf8.count <= 1024 else { throw wrong("it is longer than 1024 characters") }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw wrong("it has white space or characters outside ASCII") }
        if let scheme = text.range(of: "://") {
            throw wrong("leave out \(text[..<scheme.upperBound]); a reference starts with the registry's host")
        }
        var rest = text[...]
        var digest: Digest?
        if let at = rest.firstIndex(of: "@") {
            do { digest = try Digest(parsing: rest[rest.index(after: at)...]) } catch { throw wrong(error.message) }
            rest = rest[..<at]
        }
        var tag: Tag?
        let lastComponent = rest.lastIndex(of: "/").map { rest.index(after: $0) } ?? rest.startIndex
        if lastComponent != rest.startIndex, let colon = rest[lastComponent...].firstIndex(of: ":") {
            do { tag = try Tag(rest[rest.index(after: colon)...]) } catch { throw wrong(error.message) }
            rest = rest[..<colon]
        }
        guard let slash = rest.firstIndex(of: "/") else {
            throw wrong("it has no registry or no repository; wanted registry/repository:tag, as in registry.example/team/module:1.0.0")
        }
        let (registry, repository) = (String(rest[..<slash]), String(rest[rest.index(after: slash)...]))
        try Self.check(registry: registry, repository: repository, in: text)
        try self.init(registry: registry, repository: repository, tag: tag, digest: digest)
    }

    static func check(registry: String, repository: String, in text: String) throws(OCIError) {
        func wrong(_ what: String) -> OCIError { OCIError(.invalidReference, "reference \(shown(text)): \(what)") }
        guard looksLikeHost(registry) else {
            throw wrong(
                "\(shown(registry)) is no registry host (a host has a dot or a port, or is localhost); there is no default registry, "
                    + "so write it out, as in registry.example/\(registry)/\(repository)")
        }
        if let reason = hostProblem(registry) { throw wrong("registry host \(shown(registry)): \(reason)") }
        for component in repository.split(separator: "/", omittingEmptySubsequences: false) {
            if let reason = componentProblem(component) { throw wrong("repository component \(shown(component)): \(reason)") }
        }
        guard registry.utf8.count + 1 + repository.utf8.count <= maximumNameLength else {
            throw wrong("registry and repository have more than \(maximumNameLength) characters together")
        }
    }

    /// What tells a host from the first component of a path, as the container tools tell it.
    private static func looksLikeHost(_ text: String) -> Bool {
        text.contains(".") || text.contains(":") || text == "localhost" || text.utf8.contains { (0x41...0x5A).contains($0) }
    }

    private static func hostProblem(_ text: String) -> String? {
        var host = text[...]
        var port: Substring?
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return "the bracket of the IPv6 address is not closed" }
            host = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { return "only a port may follow the IPv6 address" }
            port = rest.isEmpty ? nil : rest.dropFirst()
            var address = in6_addr()
            guard inet_pton(AF_INET6, String(host), &address) == 1 else { return "it is no IPv6 address" }
        } else {
            if let colon = text.firstIndex(of: ":") {
                host = text[..<colon]
                port = text[text.index(after: colon)...]
            }
            for label in host.split(separator: ".", omittingEmptySubsequences: false) where !isLabel(label) {
                return "each part between dots has letters, digits and inner hyphens"
            }
        }
        guard let port else { return nil }
        let isNumber = !port.isEmpty && port.utf8.count <= 5 && port.utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard isNumber, let number = Int(port), (1...65535).contains(number) else { return "the port is a number from 1 to 65535" }
        return nil
    }

    private static func isLabel(_ text: Substring) -> Bool {
        func isAlphanumeric(_ byte: UInt8) -> Bool {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            default: false
            }
        }
        guard let first = text.utf8.first, let last = text.utf8.last, isAlphanumeric(first), isAlphanumeric(last) else { return false }
        return text.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    }

    /// `[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*`
    private static func componentProblem(_ text: Substring) -> String? {
        guard !text.isEmpty else { return "it is empty" }
        var separator: [UInt8] = []
        var isStart = true
        for byte in text.utf8 {
            switch byte {
            case 0x61...0x7A, 0x30...0x39:
                guard isStart || isSeparator(separator) else { return "the separators are one . , one or two _ , or hyphens" }
                guard !isStart || separator.isEmpty else { return "it starts with a separator" }
                separator = []
                isStart = false
            case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): separator.append(byte)
            case 0x41...0x5A: return "it has upper-case letters; repositories are lower case"
            default: return "wanted lower-case letters, digits and the separators . _ -"
            }
        }
        return separator.isEmpty ? nil : "it ends with a separator"
    }

    private static func isSeparator(_ bytes: [UInt8]) -> Bool {
        bytes.isEmpty || bytes == [UInt8(ascii: ".")] || bytes == [UInt8(ascii: "_")] || bytes == [UInt8(ascii: "_"), UInt8(ascii: "_")]
            || bytes.allSatisfy { $0 == UInt8(ascii: "-") }
    }
}

extension String {
    /// Where the text stands first.
    fileprivate func range(of text: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}
