extension Certificate {
    /// The TBSCertificate that a log signed before the timestamps were put in (RFC 6962 §3.2): this one without their extension.
    /// Every other byte is as it was issued.
    package func precertificateTBS() -> [UInt8] {
        let all = extensions.range
        var kept = Array(der[all])
        if let timestamps = extensions.timestampsRange {
            kept.removeSubrange((timestamps.lowerBound - all.lowerBound)..<(timestamps.upperBound - all.lowerBound))
        }
        var fields = Array(der[fieldsBeforeExtensions])
        // Extensions is a SEQUENCE of at least one; without any, the field is absent.
        if !kept.isEmpty { fields += DERWriter.value(0xa3, DERWriter.value(DERWriter.sequence, kept)) }
        return DERWriter.value(DERWriter.sequence, fields)
    }
}
