import JSON
import KubeCore

/// Objects as Kubernetes' typed clients send them: the bytes `k8s` and 0, then a `runtime.Unknown` that holds the object.
enum ProtobufObject {
    private static let prefix: [UInt8] = [0x6B, 0x38, 0x73, 0x00]

    /// - Throws: 400 when the bytes are malformed, 415 when they hold a kind that is taken in JSON alone.
    static func decode(_ bytes: [UInt8]) throws(KubeError) -> JSON {
        guard bytes.starts(with: prefix) else { throw malformed }
        let unknown: String
        do throws(ProtobufReader.Malformed) {
            var raw: ArraySlice<UInt8> = []
            var type: JSON = [:]
            var reader = ProtobufReader(bytes.dropFirst(prefix.count))
            while let (number, value) = try reader.next() {
                guard case .bytes(let bytes) = value else { continue }
                if number == 1 { type = try typeMeta.json(bytes) }
                if number == 2 { raw = bytes }
            }
            let (apiVersion, kind) = (type["apiVersion"]?.string ?? "", type["kind"]?.string ?? "")
            if let message = ProtobufMessage.kind(kind, apiVersion: apiVersion) {
                var object: JSON = ["apiVersion": .string(apiVersion), "kind": .string(kind)]
                for (key, value) in try message.json(raw).object ?? [:] { object[key] = value }
                return object
            }
            unknown = "\(kind.printable) of \(apiVersion.printable)"
        } catch { throw malformed }
        throw KubeError(
            .unsupportedMediaType, status: 415,
            message: "\(unknown) is not taken in protocol buffers here: send it as JSON or YAML, as kubectl apply does")
    }

    private static let typeMeta = ProtobufMessage.fields([1: ("apiVersion", .string), 2: ("kind", .string)])
    private static let malformed = KubeError(
        .badRequest, status: 400, message: "the object provided is no Kubernetes object in protocol buffers")
}
