import JSON
import KubeCore

extension Endpoint {
    func get() throws(KubeError) -> ServerResponse {
        if let version = try query.integer("resourceVersion"), version > 0 {
            let current = store.version
            if version > current { throw .tooNew(version, current: current) }
        }
        return answer(try existing())
    }
}
