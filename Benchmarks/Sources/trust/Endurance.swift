import Glibc
import JSON
import Stations
import Trust
import Verification

/// Verifications without end, of what is accepted and what is refused: memory must not grow.
struct Endurance {
    private let count: Int
    private let set: PolicySet
    private let cache = VerdictCache(limit: 512)
    private let good: [SignatureManifest]
    private let bad: [SignatureManifest]

    init(_ count: Int) throws {
        self.count = count
        let key = try PrivateKey(scalar: [UInt8](repeating: 7, count: 32))
        let roots = RootShelf([
            ("sigstore", .bytes(try Fixtures.bytes("roots/production.json"))),
            ("conformance", .bytes(try Fixtures.bytes("roots/conformance-rekor2-checkpoint-cosigned.json"))),
        ])
        var keyless = PolicySource.keyless
        keyless.keyless?.roots = ["sigstore", "conformance"]
        set = PolicySet([Policy(.sample("release", by: [keyless, .init(name: "key", keys: [key.publicKey.pem])]), roots: roots)])
        let layer = try Signer(key: key).sign(digest: Fixtures.digestText, repository: Fixtures.delivery.repository)
        let logged = try Fixtures.bytes("conformance/happy-path-v0.3.json")
        let stamped = try Fixtures.bytes("conformance/rekor2-happy-path.json")
        good = [Fixtures.manifest(logged), Fixtures.manifest(stamped), SignatureManifest(digest: layer.digest, layers: [layer])]
        var other = layer
        other.annotations[SignatureLayer.signatureAnnotation] = Base64.encode([0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01])
        bad = [
            Fixtures.manifest(Array(logged.dropLast(64))), Fixtures.manifest([UInt8](repeating: 0x5B, count: 4096)),
            Fixtures.manifest(try Fixtures.bytes("conformance/signature-mismatch_fail.json")),
            Fixtures.manifest(try Fixtures.bytes("conformance/invalid-checkpoint-signature_fail.json")),
            SignatureManifest(digest: other.digest, layers: [other]),
        ]
    }

    /// Refused and accepted by turns, every other one by way of the cache, under a name that no other has.
    private func verify(_ number: Int) async throws {
        let isGood = number % 2 == 0
        let manifest = isGood ? good[number / 2 % good.count] : bad[number / 2 % bad.count]
        var delivery = Fixtures.delivery
        delivery.repository += "/\(number)"
        let judgement =
            number % 4 < 2
            ? set.judge(delivery, digest: Fixtures.digestText, signatures: [manifest])
            : try await cache.judge(set, delivery, digest: Fixtures.digestText, signatures: [manifest], now: .seconds(number))
        guard judgement.isTrusted == isGood else { throw Failure("verification \(number): \(judgement.message)") }
    }

    func measure() async throws -> Row {
        let step = max(1, count / 10)
        var resident: [Int] = []
        print("resident after so many verifications, in kB:", terminator: "")
        for number in 0..<step * 10 {
            try await verify(number)
            guard (number + 1) % step == 0 else { continue }
            resident.append(ProcessUsage.resident)
            print(" \(number + 1): \(ProcessUsage.resident >> 10)", terminator: "")
            fflush(nil)
        }
        print()
        // What the first tenth brought is there for good: tables, the full cache.
        let growth = Double((resident.last ?? 0) - (resident.first ?? 0)) / 1e6
        return Row(
            figure: "memory: growth over \(step * 10) verifications, after the first tenth", aim: 2, measured: max(0, growth), unit: "MB",
            note: "\((Double(resident.last ?? 0) / 1e6).short) MB in all")
    }
}
