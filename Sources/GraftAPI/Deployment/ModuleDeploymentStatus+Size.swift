import JSON
import Schema

extension ModuleDeploymentStatus {
    /// Bytes of the JSON that the API server is sent.
    package var writtenSize: Int { json.bytes().count }
}

extension CheckStatus {
    /// Bytes of its JSON.
    package var writtenSize: Int { json.bytes().count }
}
