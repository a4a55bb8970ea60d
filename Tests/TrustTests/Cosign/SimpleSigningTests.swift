import JSON
import Testing

@testable import Trust

@Suite struct SimpleSigningTests {
    @Test func `a payload is written as cosign writes it`() {
        let payload = SimpleSigning(dockerReference: "registry.example:5000/a/b", manifestDigest: Samples.digest)
        #expect(
            String(decoding: payload.bytes, as: UTF8.self)
                == #"{"critical":{"identity":{"docker-reference":"registry.example:5000/a/b"},"#
                + #""image":{"docker-manifest-digest":"\#(Samples.digest)"},"type":"cosign container image signature"},"optional":null}"#)
    }

    @Test(arguments: ["cosign-p256", "cosign-p384", "cosign-annot", "cosign-multi"])
    func `what cosign wrote is read and written again byte for byte`(layout: String) throws {
        for layer in try Layout("layouts/\(layout)").signatures[0].layers {
            let payload = try SimpleSigning(payload: layer.payload)
            #expect(payload.bytes == layer.payload)
        }
    }

    @Test(arguments: ["", #","optional":null"#, #","optional":{}"#, #","optional":{"creator":"x","n":1,"deep":{"a":[1.5,null]}}"#])
    func `optional may be absent, null or an object`(optional: String) throws {
        let payload = try SimpleSigning(payload: Array(Self.payload(rest: optional).utf8))
        #expect(payload.manifestDigest == Samples.digest)
        #expect(payload.dockerReference == "a/b")
        #expect((payload.optional == nil) == (optional.isEmpty || optional.contains("null}") || optional.hasSuffix("null")))
    }

    @Test(arguments: [
        ("", "end"), ("[]", "wanted an object, found array"), ("null", "wanted an object, found null"), ("{}", "no member \"critical\""),
        (payload() + "{}", ""), (payload() + "x", ""), ("\u{feff}" + payload(), ""),
        (payload(rest: #","optional":[]"#), "optional: wanted an object or null, found array"),
        (payload(rest: #","optional":"x""#), "optional: wanted an object or null, found string"),
        (payload(rest: #","extra":1"#), "the document: unknown member \"extra\""),
        (payload(rest: #","critical":{}"#), "critical"),
        (payload(critical: #","x":1"#), "critical: unknown member \"x\""),
        (payload(critical: #","type":"cosign container image signature""#), "type"),
        (payload(image: #","x":1"#), "critical.image: unknown member \"x\""),
        (payload(identity: #","x":1"#), "critical.identity: unknown member \"x\""),
        (#"{"critical":null}"#, "critical: wanted an object, found null"),
        (
            #"{"critical":{"identity":{"docker-reference":"a"},"image":{"docker-manifest-digest":1},"type":"cosign container image signature"}}"#,
            "critical.image.docker-manifest-digest: wanted a string, found integer"
        ),
        (
            #"{"critical":{"identity":{"docker-reference":null},"image":{"docker-manifest-digest":"a"},"type":"cosign container image signature"}}"#,
            "critical.identity.docker-reference: wanted a string, found null"
        ),
        (
            #"{"critical":{"identity":{"docker-reference":"a"},"image":{"docker-manifest-digest":"a"},"type":{}}}"#,
            "critical.type: wanted a string, found object"
        ),
        (#"{"Critical":{}}"#, "unknown member \"Critical\""),
    ])
    func `anything else is malformed`(text: String, reason: String) {
        let failure = #expect(throws: VerificationFailure.self) { try SimpleSigning(payload: Array(text.utf8)) }
        #expect(failure?.name == "payloadMalformed")
        #expect(failure?.description.contains(reason) == true, "\(failure?.description ?? "")")
    }

    @Test(arguments: ["atomic container signature", "", "Cosign container image signature", "cosign container image signature "])
    func `another type is named`(type: String) {
        let text = #"{"critical":{"identity":{"docker-reference":"a"},"image":{"docker-manifest-digest":"b"},"type":"\#(type)"}}"#
        #expect(throws: VerificationFailure.payloadType(found: type)) { try SimpleSigning(payload: Array(text.utf8)) }
    }

    @Test func `no mutation of a payload breaks the reader, and none keeps both its bytes and another meaning`() throws {
        let original = Array(Self.payload(rest: #","optional":{"creator":"x","timestamp":1795229124}"#).utf8)
        var generator = SeededGenerator(seed: 2)
        var accepted = 0
        for _ in 0..<5_000 {
            let mutated = original.mutated(by: &generator)
            guard let payload = try? SimpleSigning(payload: mutated) else { continue }
            accepted += 1
            #expect(try SimpleSigning(payload: payload.bytes) == payload)
        }
        #expect(accepted > 0)
    }

    static func payload(identity: String = "", image: String = "", critical: String = "", rest: String = "") -> String {
        #"{"critical":{"identity":{"docker-reference":"a/b"\#(identity)},"image":{"docker-manifest-digest":"\#(Samples.digest)"\#(image)},"#
            + #""type":"cosign container image signature"\#(critical)}\#(rest)}"#
    }
}
