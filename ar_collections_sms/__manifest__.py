{
    "name": "AR Collections: SMS",
    "summary": "Notices of AR Collections by SMS, through whatever provider is set up",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "AR Collections",
    "license": "LGPL-3",
    "website": "https://github.com/ar-collections/ar-collections",
    "depends": ["ar_collections", "sms"],
    "data": ["views/ar_collection_policy_views.xml"],
    "auto_install": True,
}
