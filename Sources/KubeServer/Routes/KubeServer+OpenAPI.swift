import JSON
import KubeCore
import Synchronization

extension KubeServer {
    /// `/openapi/v2`, `/openapi/v3` and what is below it.
    func openAPI(_ path: [String], accept: String?) throws(KubeError) -> ServerResponse {
        let documents = openAPICache.documents(for: types.current)
        switch path.first {
        case "v3"? where path.count == 1: return ServerResponse(body: .bytes(documents.index.bytes()))
        case "v3"?:
            guard let document = documents.document(path.dropFirst().joined(separator: "/")) else { throw .unknownPath }
            return ServerResponse(body: .bytes(document.bytes()))
        case "v2"? where path.count == 1:
            let wanted = accept?.split(separator: ",").map { $0.prefix { $0 != ";" }.trimmingSpaces } ?? []
            let takesProtobuf = wanted.contains { OpenAPIDocuments.swaggerMediaTypes.contains(String($0)) }
            guard takesProtobuf else { return ServerResponse(body: .bytes(documents.swagger.bytes())) }
            // The form without `@`: Go's parser of media types refuses the other.
            return ServerResponse(contentType: OpenAPIDocuments.swaggerMediaTypes[1], body: .bytes(documents.swaggerProtobuf))
        default: throw .unknownPath
        }
    }
}

/// The documents of the types as they are now, made when they are first asked for.
final class OpenAPICache: Sendable {
    private let made = Mutex<(generation: Int, documents: OpenAPIDocuments)?>(nil)

    func documents(for catalog: TypeRegistry.Catalog) -> OpenAPIDocuments {
        if let made = made.withLock(\.self), made.generation == catalog.generation { return made.documents }
        let documents = OpenAPIDocuments(catalog.types.flatMap(OpenAPIKind.all))
        made.withLock { $0 = (catalog.generation, documents) }
        return documents
    }
}

extension OpenAPIKind {
    /// Every served version of a type.
    fileprivate static func all(of type: ResourceType) -> [OpenAPIKind] {
        type.versions.map { version in
            OpenAPIKind(
                group: type.group, version: version.name, kind: type.kind, listKind: type.listKind, plural: type.plural,
                isNamespaced: type.isNamespaced, hasStatus: version.hasStatus, schema: version.schema, isCustom: type.isCustom)
        }
    }
}
