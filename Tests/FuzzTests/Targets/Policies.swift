import GraftAPI
import JSON
import KubeCore
import Verification
import YAML

@testable import Trust

extension FuzzTarget {
    /// A trusted root is read or refused.
    static let root = FuzzTarget(
        "root", .base64, limit: 64 << 10, seeds: { try SeedFiles.folder("bundles/roots", ".json").filter { $0.count <= 32 << 10 } },
        check: { bytes in
            guard let root = try answer({ () throws(TrustedRootFailure) in try TrustedRoot(json: bytes) }) else { return }
            try promise("a root is known by its bytes", root.digest == ContentDigest.sha256(of: bytes))
            let counts = [
                root.certificateAuthorities.count, root.logs.count, root.certificateLogs.count, root.timestampAuthorities.count,
            ]
            try promise("no more are read than limits allow", counts.allSatisfy { $0 <= TrustedRoot.authorityLimit })
            for authority in root.certificateAuthorities + [] { try promise("an authority has a chain", !authority.certificates.isEmpty) }
            for log in root.logs { try promise("a log's id is that of its key", log.id.count == 32) }
        })

    /// A policy is read; one with a problem passes nothing, and what is read is written and read again as the same.
    static let policy = FuzzTarget(
        "policy", limit: 8192,
        seeds: { PolicySeeds.all.map { Array($0.utf8) } },
        check: { bytes in
            guard let json = try? YAML.document(bytes, limits: YAMLLimits(size: 64 << 10, depth: 32, expansion: 64 << 10)) else { return }
            let object: VerificationPolicy
            do throws(JSONDecodingError) { object = try VerificationPolicy(from: json) } catch { return }
            let written = object.json
            try promise("what is written is read as the same", (try? VerificationPolicy(from: written))?.json == written)
            let policy = Policy(PolicySource(object), roots: PolicySeeds.roots)
            try promise("the same input gets the same policy", policy == Policy(PolicySource(object), roots: PolicySeeds.roots))
            let set = PolicySet([policy])
            let tenancy = set.tenancy(PolicySeeds.delivery)
            if tenancy.isGranted {
                try promise("only a policy without problems grants", policy.problems.isEmpty && policy.mode == .enforce)
                try promise("only a policy that covers grants", policy.match.covers(PolicySeeds.delivery))
            } else if let failure = tenancy.failure {
                try promise("a refusal has a name", !failure.name.isEmpty)
            }
            let judgement = set.judge(PolicySeeds.delivery, digest: ContentDigest.sha256(of: []), signatures: [])
            try promise("nothing attached is never trusted", !judgement.isTrusted && judgement.evidence.isEmpty)
        })

    /// A pattern in the first line matches the text behind it, or doesn't, as a second matcher says that knows nothing of the first.
    static let expression = FuzzTarget(
        "expression", limit: 512,
        seeds: {
            let vectors = try JSON.parse(SeedFiles.bytes("expressions/re2.json")).array ?? []
            return vectors.prefix(400).compactMap { vector in
                guard let pattern = vector[0]?.string else { return nil }
                return Array("\(pattern)\n\(vector[1]?[0]?.string ?? vector[2]?[0]?.string ?? "")".utf8)
            }
        },
        check: { bytes in
            let (line, rest) = bytes.parted
            guard let pattern = String(validating: line, as: UTF8.self), let text = String(validating: rest, as: UTF8.self) else { return }
            guard let expression = try answer({ () throws(RegularExpressionError) in try RegularExpression(pattern) }) else { return }
            let matches = expression.matches(text)
            guard text.unicodeScalars.count <= 40 else { return }
            var parser = RegularExpressionParser(pattern)
            let tree = try? parser.parse()
            var reference = ReferenceMatcher(text)
            if let tree, let found = reference.matches(tree) {
                try promise(
                    "\(pattern.debugDescription) on \(text.debugDescription): \(matches), and by definition \(found)", matches == found)
            }
        })

    /// The same for globs.
    static let glob = FuzzTarget(
        "glob", limit: 300,
        seeds: {
            [
                "*\na/b", "a/*\na/b/c", "registry.example/**\nregistry.example/a/b", "**/x\na/x", "a*b*c\naxbxc", "*/*\na", "a**b\na/b",
                "team-*\nteam-a",
            ].map { Array($0.utf8) }
        },
        check: { bytes in
            let (line, rest) = bytes.parted
            guard let pattern = String(validating: line, as: UTF8.self), let name = String(validating: rest, as: UTF8.self) else { return }
            guard let glob = try? Glob(pattern) else { return }
            try promise("a glob is written as it was read", (try? Glob(glob.description)) == glob)
            let found = glob.matches(name)
            if pattern == "*" { return try promise("a star alone matches every name", found) }
            if !pattern.contains("*") {
                try promise("without stars it matches itself alone", found == pattern.utf8.elementsEqual(name.utf8))
            }
            guard name.utf8.count <= 24, pattern.utf8.count(where: { $0 == 0x2A }) <= 4 else { return }
            try promise("\(pattern) on \(name)", found == Self.matches(Array(pattern.utf8)[...], Array(name.utf8)[...]))
        })

    /// By definition, with all ways tried.
    private static func matches(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
        guard let first = pattern.first else { return name.isEmpty }
        guard first == 0x2A else { return name.first == first && matches(pattern.dropFirst(), name.dropFirst()) }
        let isDeep = pattern.dropFirst().first == 0x2A
        let rest = pattern.dropFirst(isDeep ? 2 : 1)
        return (0...name.count).contains { count in
            (isDeep || !name.prefix(count).contains(0x2F)) && matches(rest, name.dropFirst(count))
        }
    }
}

/// What a regular expression means, by trying everything: the ends that a part may have when it begins at a place.
private struct ReferenceMatcher {
    private let text: [Unicode.Scalar]
    private var steps = 0

    init(_ text: String) { self.text = Array(text.unicodeScalars) }

    /// Nil when it would take too long.
    mutating func matches(_ tree: RegularExpressionTree) -> Bool? {
        let ends = ends(of: tree, from: 0)
        return steps > 20_000 ? nil : ends.contains(text.count)
    }

    private mutating func ends(of tree: RegularExpressionTree, from start: Int) -> Set<Int> {
        steps += 1
        guard steps <= 20_000 else { return [] }
        switch tree {
        case .empty: return [start]
        case .start: return start == 0 ? [start] : []
        case .end: return start == text.count ? [start] : []
        case .set(let set): return start < text.count && set.contains(text[start].value) ? [start + 1] : []
        case .choice(let branches): return branches.reduce(into: []) { $0.formUnion(ends(of: $1, from: start)) }
        case .sequence(let parts):
            return parts.reduce([start]) { starts, part in starts.reduce(into: []) { $0.formUnion(ends(of: part, from: $1)) } }
        case .repeated(let part, let minimum, let maximum):
            var reached: Set<Int> = [start]
            for _ in 0..<minimum { reached = reached.reduce(into: []) { $0.formUnion(ends(of: part, from: $1)) } }
            // More rounds than there are places reach nothing new.
            for _ in 0..<min(maximum.map { $0 - minimum } ?? text.count + 1, text.count + 1) {
                reached = reached.reduce(into: reached) { $0.formUnion(ends(of: part, from: $1)) }
            }
            return reached
        }
    }
}

private enum PolicySeeds {
    static let delivery = Delivery(
        namespace: "payments", class: "edge-proxy", slot: "net/filter", repository: "registry.example/payments/http")

    static let roots = RootShelf([
        ("sigstore", (try? SeedFiles.bytes("bundles/roots/production.json")).map { .bytes($0) } ?? .missing("no fixture")),
        ("gone", .missing("it is being fetched")),
    ])

    static let all: [String] = {
        let key = (try? SeedFiles.text("keys/p256.pub")) ?? ""
        let lines = key.split(separator: "\n").map { "        \($0)\n" }.joined()
        let head = """
            apiVersion: graft.dev/v1alpha1
            kind: VerificationPolicy
            metadata: {name: payments-edge}
            spec:
              match: {namespaces: [payments], classes: [edge-proxy], slots: [net/*], repositories: [registry.example/payments/**]}

            """
        let keyed = "  mode: Enforce\n  authorities:\n  - name: release\n    key:\n      data: |\n\(lines)"
        let keyless = """
              mode: Warn
              threshold: 1
              authorities:
              - name: ci
                keyless:
                  issuer: https://token.actions.githubusercontent.com
                  subjectRegExp: https://github\\.com/org/.+@refs/tags/v[0-9]+
                  extensions: [{name: sourceRepositoryURI, value: https://github.com/org/repo}]
                  trustRoots: [sigstore]
                  transparencyLog: Required
              attestations:
              - name: provenance
                predicateType: slsaprovenance1
                authorities: [ci]
                rules: [{path: buildDefinition.buildType, exact: t}]
                provenance: {builders: [b], buildTypes: [t], externalParameters: [{path: workflow.ref, exists: true}]}
              revoked: {keys: [], identities: [{issuer: i, subject: s}]}

            """
        return [head + keyed, head + keyless, head + keyless.split(separator: "\n").map { $0 + "\n" }.joined() + "  more: 1\n"]
    }()
}
