import JSON
import Testing

@testable import Trust

/// What a bundle of the test corpora holds of certificates and time stamps, and the trust root it is judged by. Files of
/// `Tests/Fixtures/signatures/keyless`.
struct KeylessCase: Sendable {
    let name: String
    let root: Root
    let leaf: Certificate
    let chain: [Certificate]
    let stamps: [[UInt8]]
    let signature: [UInt8]
    /// Times of signed entry timestamps, which belong to the log's half of a verification and are taken as they stand.
    let logTimes: [Moment]

    /// The authorities and logs of a trusted root.
    struct Root: Sendable {
        var authorities: [CertificateAuthority] = []
        var logs: [CertificateTransparencyLog] = []
        var stampers: [TimestampAuthority] = []
    }

    static func all(_ file: String) throws -> [KeylessCase] {
        try #require(loaded.get()[file], "no such file: \(file)")
    }

    /// Each trust root is prepared once, as a verifier would.
    private static let loaded: Result<[String: [KeylessCase]], any Error> = Result {
        var roots: [String: Root] = [:]
        for (name, value) in try JSON.parse(Fixtures.bytes("keyless/roots.json")).object ?? [:] { roots[name] = try root(value) }
        var all: [String: [KeylessCase]] = [:]
        for file in ["mutants", "conformance", "others"] {
            let values = try JSON.parse(Fixtures.bytes("keyless/\(file).json")).array ?? []
            all[file] = try values.map { try KeylessCase($0, roots) }
        }
        return all
    }

    private init(_ value: JSON, _ roots: [String: Root]) throws {
        name = try #require(value["name"]?.string)
        root = try #require(roots[value["root"]?.string ?? ""])
        leaf = try Certificate(der: Self.bytes(value["leaf"]))
        chain = try (value["chain"]?.array ?? []).map { try Certificate(der: Self.bytes($0)) }
        stamps = try (value["stamps"]?.array ?? []).map { try Self.bytes($0) }
        signature = try value["signature"].map { try Self.bytes($0) } ?? []
        logTimes = (value["times"]?.array ?? []).compactMap { $0.integer.map { Moment(seconds: Int64($0)) } }
    }

    private static func bytes(_ value: JSON?) throws -> [UInt8] { try #require(Base64.decode(value?.string ?? "")) }

    private static func window(_ value: JSON?) throws -> ValidityWindow {
        let start = try #require(Moment(rfc3339: value?["start"]?.string ?? ""))
        return ValidityWindow(start: start, end: try value?["end"]?.string.map { try #require(Moment(rfc3339: $0)) })
    }

    private static func root(_ value: JSON) throws -> Root {
        var root = Root()
        for entry in value["authorities"]?.array ?? [] {
            let certificates = try (entry["certificates"]?.array ?? []).map { try Certificate(der: bytes($0)) }
            root.authorities.append(
                try CertificateAuthority(name: entry["name"]?.string ?? "", certificates: certificates, window: window(entry["window"])))
        }
        for entry in value["logs"]?.array ?? [] {
            // Staging holds a key in PKCS#1, a type that a trust root's reader passes over.
            guard let key = try? PublicKey(der: bytes(entry["key"])) else { continue }
            root.logs.append(
                CertificateTransparencyLog(
                    id: try bytes(entry["id"]), key: key, window: try window(entry["window"]), name: entry["name"]?.string ?? ""))
        }
        for entry in value["stampers"]?.array ?? [] {
            let certificates = try (entry["certificates"]?.array ?? []).map { try Certificate(der: bytes($0)) }
            // One without certificates is no authority, and lends its window to none.
            guard
                let stamper = try? TimestampAuthority(
                    name: entry["name"]?.string ?? "", certificates: certificates, window: window(entry["window"]))
            else { continue }
            root.stampers.append(stamper)
        }
        return root
    }

    /// The name of the first failure, in the order of a verification; "ok" without one.
    ///
    /// A stamp that doesn't verify establishes no time; where nothing else does, that is the answer.
    func verdict(requiring identity: IdentityRequirement? = nil, needsLog: Bool = true) -> String {
        do {
            var times = logTimes
            var unverified: (any Error)?
            for stamp in stamps {
                do {
                    times.append(try time(of: stamp))
                } catch {
                    unverified = unverified ?? error
                }
            }
            if times.isEmpty, let unverified { throw unverified }
            let path = try path(at: times)
            if needsLog { _ = try path.verifyTimestamps(logs: root.logs) }
            let found = try CertificateIdentity(leaf)
            try identity?.check(found)
            return "ok"
        } catch let failure as CertificateFailure {
            return failure.name
        } catch let failure as TimestampFailure {
            return failure.name
        } catch let failure as SCTFailure {
            return failure.name
        } catch let failure as IdentityFailure {
            return failure.name
        } catch {
            return "\(error)"
        }
    }

    private func time(of stamp: [UInt8]) throws -> Moment {
        let token = try TimestampToken(response: stamp)
        guard let stamper = root.stampers.first(where: { $0.isNamed(by: token) }) else {
            throw TimestampFailure.signer("no authority of the trust root")
        }
        return try stamper.verify(token, over: signature).time
    }

    private func path(at times: [Moment]) throws -> CertificatePath {
        var failure: CertificateFailure?
        for authority in root.authorities {
            do throws(CertificateFailure) {
                return try authority.validate(leaf: leaf, intermediates: chain.filter { $0.issuer != $0.subject }, at: times)
            } catch {
                if case .untrustedChain = error { failure = failure ?? error } else { failure = error }
            }
        }
        throw failure ?? CertificateFailure.untrustedChain("no authority")
    }
}
